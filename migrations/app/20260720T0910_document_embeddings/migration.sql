-- migration: document_embeddings
-- from: ff773abb99ff150d6d84baac0e46929ad810fa0a07f4dcab9dc81bc45738eb82   to: eb07f7b6754302fa58526c3117424436390e9ce65785a77f82ec4a519e8b1bf8

CREATE TABLE public.document_embeddings (
    document_id uuid,
    embedding public.vector(384) NOT NULL,
    CONSTRAINT document_embeddings_pkey PRIMARY KEY (document_id)
);

CREATE INDEX document_embeddings_embedding_idx ON public.document_embeddings USING hnsw (embedding vector_cosine_ops);

ALTER TABLE public.document_embeddings ADD CONSTRAINT document_embeddings_document_id_fkey FOREIGN KEY (document_id) REFERENCES public.documents (id) ON DELETE CASCADE;
