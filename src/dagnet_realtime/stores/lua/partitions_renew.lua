-- Renews the leases of a process, and evens out the partitions between the living processes.
-- ARGV: process, duration of its leases (ms), epoch, how many checkpoints; then partitions, each with
-- its checkpoint, then all partitions in order.
-- Returns the partitions that the process is to read, each with its checkpoint ('' if it has none);
-- nothing if the epoch is over. A process with more than its share releases the last ones; one with
-- less acquires free ones.
local process, epoch, first = ARGV[1], ARGV[3], 5 + 2 * tonumber(ARGV[4])
if not is_current(epoch) then
  return false
end
redis.call('ZREMRANGEBYSCORE', MEMBERS, '-inf', string.format('%.0f', now))
redis.call('ZADD', MEMBERS, string.format('%.0f', now + ARGV[2]), process)
redis.call('PEXPIRE', MEMBERS, TTL)
store_checkpoints(process, epoch, 5, first - 1)
if redis.call('HGET', PLACES, '@epoch') ~= epoch then
  return {}
end

local members, alive, rank = redis.call('ZRANGE', MEMBERS, 0, -1), {}, 0
table.sort(members)
for number, member in ipairs(members) do
  alive[member] = true
  if member == process then
    rank = number
  end
end
local partitions = #ARGV - first + 1
local share = math.floor(partitions / #members) + (rank <= partitions % #members and 1 or 0)

local listed, mine, free = {}, {}, {}
local owned, owner = redis.call('HGETALL', OWNERS), {}
for at = 1, #owned, 2 do
  owner[owned[at]] = owned[at + 1]
end
for at = first, #ARGV do
  local partition = ARGV[at]
  listed[partition] = true
  if owner[partition] == process then
    mine[#mine + 1] = partition
  elseif not (owner[partition] and alive[owner[partition]]) then
    free[#free + 1] = partition
  end
end
for partition, reader in pairs(owner) do
  if reader == process and not listed[partition] then
    redis.call('HDEL', OWNERS, partition)
  end
end
while #mine > share do
  redis.call('HDEL', OWNERS, table.remove(mine))
end
for _, partition in ipairs(free) do
  if #mine >= share then
    break
  end
  mine[#mine + 1] = partition
  redis.call('HSET', OWNERS, partition, process)
end
for _, key in ipairs({OWNERS, PLACES}) do
  redis.call('PEXPIRE', key, TTL)
end

local answer = {}
for _, partition in ipairs(mine) do
  answer[#answer + 1] = partition
  answer[#answer + 1] = redis.call('HGET', PLACES, partition) or ''
end
return answer
