-- Adds the ingest counters of one request to `past`: its process may never run again.
-- KEYS: doors, as in sync_counters.lua. ARGV: counters as JSON.
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
local stored = redis.call('HGET', KEYS[1], 'past')
local past = stored and cjson.decode(string.match(stored, ' (.*)$')) or {}
add(past, cjson.decode(ARGV[1]))
redis.call('HSET', KEYS[1], 'past', string.format('%.0f ', now) .. cjson.encode(past))
redis.call('PEXPIRE', KEYS[1], 86400000)
return redis.status_reply('OK')
