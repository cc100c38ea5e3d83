-- KEYS: doors, as doors.lua has them. ARGV: counts as JSON.
-- Adds the counts of one request, whose process nobody will hear of again, to those of processes that are no more.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local function add(sum, counts)
  for name, value in pairs(counts) do
    if type(value) == 'table' then
      sum[name] = sum[name] or {}
      add(sum[name], value)
    else
      sum[name] = (sum[name] or 0) + value
    end
  end
end
local kept = redis.call('HGET', KEYS[1], 'past')
local past = kept and cjson.decode(string.match(kept, ' (.*)$')) or {}
add(past, cjson.decode(ARGV[1]))
redis.call('HSET', KEYS[1], 'past', string.format('%.0f ', now) .. cjson.encode(past))
redis.call('PEXPIRE', KEYS[1], 86400000)
return redis.status_reply('OK')
