-- Reminders: when the time of due_at has come, a `due` change is logged, once.

-- 1 while that is still to happen, for the due_at that stands in the row. What
-- was there before reminders has had none: so all begin with 1.
ALTER TABLE todos ADD COLUMN due_armed INTEGER NOT NULL DEFAULT 1;

-- Finds what comes next, among a million todos. A completed one keeps its
-- reminder, and is not in here.
CREATE INDEX todos_due ON todos (due_at)
    WHERE due_armed = 1 AND completed = 0 AND due_at IS NOT NULL;
