-- migration: rename_body_to_content
-- from: 3b24624f40172b17e6f89c338afd5e4145d248883076302e644036cf28a14195   to: 65fd220c2512134995e51cfeefbaa6989fc4e09d53716e0018d39d4168e01d0a

ALTER TABLE public.documents RENAME COLUMN body TO content;
