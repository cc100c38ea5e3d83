-- Reads watch sessions.
-- KEYS: mark, sessions. Returns the mark's age (ms) and each session's bytes: '' if it was ended.
return {mark_age(), #KEYS > 1 and redis.call('MGET', unpack(KEYS, 2)) or {}}
