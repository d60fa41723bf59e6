-- A shop: who buys what, and where each order stands.

CREATE TYPE order_state AS ENUM ('placed', 'paid', 'shipped', 'delivered', 'cancelled');

CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    full_name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku varchar(20) UNIQUE,
    title text NOT NULL,
    price numeric(10,2) NOT NULL CHECK (price >= 0)
);

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    state order_state NOT NULL DEFAULT 'placed',
    placed_at timestamptz NOT NULL DEFAULT now()
);

-- What is on its way, by customer.
CREATE INDEX orders_open_idx ON orders (customer_id, placed_at DESC) WHERE state IN ('placed', 'paid', 'shipped');

CREATE TABLE order_lines (
    order_id bigint REFERENCES orders (id) ON DELETE CASCADE,
    product_id bigint REFERENCES products (id),
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(10,2) NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (order_id, product_id)
);

CREATE TABLE reviews (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id bigint NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    customer_id bigint REFERENCES customers (id) ON DELETE SET NULL,
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    body text,
    written_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (product_id, customer_id)
);

COMMENT ON TABLE reviews IS 'What customers think of products. A review outlives its customer.';
COMMENT ON COLUMN order_lines.unit_price IS 'The price when the order was placed.';
