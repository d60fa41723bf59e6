-- Accounts, the documents that they keep, and what they may use. auth.users is the platform's (spaces/auth), vector is
-- pgvector's (spaces/pgvector): both are referred to without being repeated.

CREATE TYPE plan_tier AS ENUM ('free', 'pro', 'team');

CREATE TABLE plans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    tier plan_tier NOT NULL DEFAULT 'free',
    monthly_price numeric(10, 2) NOT NULL DEFAULT 0 CHECK (monthly_price >= 0)
);

CREATE TABLE profiles (
    user_id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
    plan_id bigint NOT NULL REFERENCES plans (id),
    display_name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE documents (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    title text NOT NULL,
    content text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX documents_owner_id_created_at_idx ON documents (owner_id, created_at DESC);

-- What documents mean, to find those that are alike.
CREATE TABLE document_embeddings (
    document_id uuid PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    embedding vector(384) NOT NULL
);

CREATE INDEX document_embeddings_embedding_idx ON document_embeddings USING hnsw (embedding vector_cosine_ops);

CREATE TABLE usage_logs (
    id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    action text NOT NULL,
    units integer NOT NULL DEFAULT 1 CHECK (units > 0),
    logged_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX usage_logs_user_id_logged_at_idx ON usage_logs (user_id, logged_at DESC) INCLUDE (units);

CREATE TABLE usage_charges (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    usage_log_id text NOT NULL REFERENCES usage_logs (id) ON DELETE CASCADE,
    amount numeric(10, 4) NOT NULL
);

CREATE TABLE quotas (
    plan_id bigint NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
    action text NOT NULL,
    monthly_limit integer NOT NULL CHECK (monthly_limit >= 0),
    PRIMARY KEY (plan_id, action)
);

COMMENT ON TABLE usage_logs IS 'One row for each thing that a user did and that counts.';

CREATE TABLE quota_overrides (
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    action text NOT NULL,
    monthly_limit integer NOT NULL CHECK (monthly_limit >= 0),
    reason text,
    granted_during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
    PRIMARY KEY (user_id, action)
);

CREATE INDEX quota_overrides_granted_during_idx ON quota_overrides USING gist (granted_during);
