CREATE TABLE n (a int CHECK (((((((((((((a)))))))))))) > 0), b int DEFAULT - - - - - - - - - 1, c bool DEFAULT NOT NOT NOT NOT NOT NOT NOT NOT NOT true);
