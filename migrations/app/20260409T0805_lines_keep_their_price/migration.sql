-- migration: lines keep their price
-- from: cda6ffe0e1d82f7db720f6076a617d377613152f13c76814d6609bd95d835bc1   to: 25e29c1b15ba7b3615a4c9a69099d979cec6b9b9e5f14bcc35078bac273dbde2

ALTER TABLE public.order_lines ADD COLUMN unit_price numeric(10,2);

-- Old lines never said what was paid: the price of today is the best that is known.
-- @transform backfill public.order_lines.unit_price
-- @invariant order-lines-have-a-price
-- @check
SELECT 1 FROM public.order_lines WHERE unit_price IS NULL LIMIT 1;
-- @run
UPDATE public.order_lines l SET unit_price = p.price FROM public.products p WHERE p.id = l.product_id AND l.unit_price IS NULL;
-- @end

ALTER TABLE public.order_lines
    ALTER COLUMN unit_price SET NOT NULL,
    ADD CONSTRAINT order_lines_unit_price_check CHECK (unit_price >= 0);
