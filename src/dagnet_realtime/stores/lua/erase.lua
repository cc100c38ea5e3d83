-- Replaces entries of a forgotten person by their anonymous remains.
-- A stream's entries cannot be rewritten: the entry is deleted, and what may stay of it is kept in
-- FORGOTTEN until the entry would have expired.
-- ARGV: epoch; then for each entry its id and its remains.
-- Returns how many were replaced: 0 if the log has begun a new epoch.
if not lease_end() or redis.call('HGET', STATE, 'epoch') ~= ARGV[1] then
  return 0
end
local forgotten = 0
for at = 2, #ARGV, 2 do
  local id = ARGV[at]
  if redis.call('XDEL', LOG, id) == 1 then
    local remains = id .. ' ' .. ARGV[1] .. ' ' .. ARGV[at + 1]
    redis.call('ZADD', FORGOTTEN, string.match(id, '^%d+'), remains)
    forgotten = forgotten + 1
  end
end
redis.call('PEXPIREAT', FORGOTTEN, redis.call('PEXPIRETIME', LOG))
return forgotten
