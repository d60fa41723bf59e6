-- Renames and moves, with everything that follows them.
CREATE SCHEMA one;
CREATE SCHEMA two;
CREATE TYPE one.st AS ENUM ('a', 'b', 'c');
CREATE TABLE one.t (
    id serial PRIMARY KEY, st one.st DEFAULT 'a', st2 one.st[] DEFAULT '{a,b}', n int GENERATED ALWAYS AS IDENTITY,
    txt text, CONSTRAINT tc CHECK (st <> 'b' AND length(txt) > 2), UNIQUE (txt, n)
);
CREATE TABLE one.r (
    id int PRIMARY KEY, t_id int REFERENCES one.t (id), tx text, n int, FOREIGN KEY (tx, n) REFERENCES one.t (txt, n)
);
CREATE INDEX ti ON one.t (lower(txt), txt, (st = 'a')) INCLUDE (n) WHERE st = 'a';
ALTER TYPE one.st RENAME VALUE 'a' TO 'aa';
ALTER TYPE one.st ADD VALUE 'zz' BEFORE 'b';
ALTER TYPE one.st ADD VALUE IF NOT EXISTS 'b';
ALTER TYPE one.st ADD VALUE 'last';
ALTER TYPE one.st RENAME TO state;
ALTER TYPE one.state SET SCHEMA two;
ALTER TABLE one.t RENAME TO tt;
ALTER TABLE one.tt RENAME COLUMN txt TO "Text";
ALTER TABLE one.tt RENAME COLUMN id TO idd;
ALTER TABLE one.tt RENAME COLUMN n TO nn;
ALTER TABLE one.tt RENAME CONSTRAINT tc TO tcc;
ALTER TABLE one.tt RENAME CONSTRAINT t_pkey TO tt_pk;
ALTER INDEX one.ti RENAME TO tii;
ALTER INDEX one.t_txt_n_key RENAME TO uq;
ALTER SEQUENCE one.t_id_seq RENAME TO myseq;
ALTER SEQUENCE one.t_n_seq RENAME TO nseq;
ALTER TABLE one.tt SET SCHEMA two;
ALTER TABLE one.r ALTER COLUMN t_id TYPE bigint, ADD COLUMN z int;
ALTER SCHEMA two RENAME TO three;
ALTER TABLE one.r DROP CONSTRAINT r_pkey, ADD PRIMARY KEY (id, t_id);
CREATE SEQUENCE one.q;
ALTER SEQUENCE one.q SET SCHEMA three;
ALTER SEQUENCE three.q AS int INCREMENT 2 NO MINVALUE MAXVALUE 500 RESTART;
ALTER SEQUENCE three.nseq INCREMENT 4 MAXVALUE 1000;
CREATE TABLE one.self (id int PRIMARY KEY, up int REFERENCES one.self, CHECK (self.up <> self.id));
ALTER TABLE one.self RENAME TO me;
ALTER TABLE one.me RENAME up TO parent;
