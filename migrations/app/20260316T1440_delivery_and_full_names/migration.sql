-- migration: delivery and full names
-- from: cf5900ea2fb1ee9a50de0194f38ae5c3bfb2e8599e4e176f2019e65ea71c288c   to: cda6ffe0e1d82f7db720f6076a617d377613152f13c76814d6609bd95d835bc1

ALTER TABLE public.customers RENAME COLUMN name TO full_name;

ALTER TYPE public.order_state ADD VALUE 'delivered';

ALTER TYPE public.order_state ADD VALUE 'cancelled';

CREATE INDEX orders_open_idx ON public.orders (customer_id, placed_at DESC) WHERE state = ANY (ARRAY['placed'::public.order_state, 'paid'::public.order_state, 'shipped'::public.order_state]);
