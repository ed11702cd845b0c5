-- Reads realtime rollups, or sets of attributions.
-- KEYS: token, rollup or set ...
-- ARGV: HGETALL or SMEMBERS
-- Result: {from when on nothing is missing (ms), or false where the data were lost, (number of the key, {what is there}) ...}
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if redis.call('HGET', KEYS[1], 'run') ~= run then
  return {false}
end
local result = {redis.call('HGET', KEYS[1], 'since')}
for k = 2, #KEYS do
  local fields = redis.call(ARGV[1], KEYS[k])
  if #fields > 0 then
    result[#result + 1] = k - 2
    result[#result + 1] = fields
  end
end
return result
