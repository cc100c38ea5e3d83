-- ARGV: epoch; then id of an entry and what may stay of it, of each. Makes the entries anonymous where the life is still that one.
-- What stays lies beside the stream, whose entries cannot be rewritten, and goes when they would have gone.
if not living() or redis.call('HGET', STATE, 'epoch') ~= ARGV[1] then
  return 0
end
local forgotten = 0
for place = 2, #ARGV, 2 do
  local id = ARGV[place]
  if redis.call('XDEL', LOG, id) == 1 then
    redis.call('ZADD', FORGOTTEN, string.match(id, '^%d+'), id .. ' ' .. ARGV[1] .. ' ' .. ARGV[place + 1])
    forgotten = forgotten + 1
  end
end
redis.call('PEXPIREAT', FORGOTTEN, redis.call('PEXPIRETIME', LOG))
return forgotten
