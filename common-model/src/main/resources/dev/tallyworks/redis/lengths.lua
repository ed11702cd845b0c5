-- Counts jobs by their state.
-- KEYS: queue, delayed, processing (set of names), paused
-- Result: {paused, ready, delayed, next job or false, name, length, name, length, ...}
-- The processing lists' names are no KEYS, but share their hash tag.
local result = {
  redis.call('EXISTS', KEYS[4]), redis.call('LLEN', KEYS[1]), redis.call('ZCARD', KEYS[2]),
  redis.call('LINDEX', KEYS[1], -1)
}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  result[#result + 1] = name
  result[#result + 1] = redis.call('LLEN', KEYS[3] .. ':' .. name)
end
return result
