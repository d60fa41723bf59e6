-- migration: reviews and stock numbers
-- from: 25e29c1b15ba7b3615a4c9a69099d979cec6b9b9e5f14bcc35078bac273dbde2   to: 2f46c5867ca631f26efbd615f32139cf8c4f6abdb5ee693d7a72b65a0d539cbc

ALTER TABLE public.products
    ADD COLUMN sku character varying(20),
    ADD CONSTRAINT products_sku_key UNIQUE (sku);

CREATE TABLE public.reviews (
    id uuid DEFAULT gen_random_uuid(),
    product_id bigint NOT NULL,
    customer_id bigint,
    stars smallint NOT NULL,
    body text,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT reviews_pkey PRIMARY KEY (id),
    CONSTRAINT reviews_product_id_customer_id_key UNIQUE (product_id, customer_id),
    CONSTRAINT reviews_stars_check CHECK (stars >= 1 AND stars <= 5)
);

ALTER TABLE public.reviews
    ADD CONSTRAINT reviews_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers (id) ON DELETE SET NULL,
    ADD CONSTRAINT reviews_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products (id) ON DELETE CASCADE;

COMMENT ON COLUMN public.order_lines.unit_price IS 'The price when the order was placed.';

COMMENT ON TABLE public.reviews IS 'What customers think of products. A review outlives its customer.';
