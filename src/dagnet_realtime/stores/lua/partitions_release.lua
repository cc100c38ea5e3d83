-- Releases every partition of a process.
-- ARGV: process, epoch; then partitions, each with its checkpoint.
store_checkpoints(ARGV[1], ARGV[2], 3, #ARGV)
local owners = redis.call('HGETALL', OWNERS)
for at = 1, #owners, 2 do
  if owners[at + 1] == ARGV[1] then
    redis.call('HDEL', OWNERS, owners[at])
  end
end
redis.call('ZREM', MEMBERS, ARGV[1])
return 0
