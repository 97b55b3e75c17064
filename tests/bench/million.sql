-- A million todos. Of each key that may repeat, half of the values are equal
-- and a tenth are null: deep pages then lie among ties and among nulls.
PRAGMA synchronous = OFF;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000)
INSERT INTO todos (title, completed, ord, due_at, created_at, updated_at)
SELECT 'Todo number ' || i, i % 3 = 0,
       CASE WHEN i % 10 < 5 THEN 0 WHEN i % 10 < 9 THEN i END,
       CASE WHEN i % 10 > 4 THEN 1800000000000
            WHEN i % 10 > 0 THEN 1700000000000 + i * 1000 END,
       1700000000000 + CASE WHEN i % 2 = 0 THEN 0 ELSE i END,
       1700000000000 + i / 1000
FROM n;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
