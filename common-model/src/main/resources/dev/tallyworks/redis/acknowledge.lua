-- Ends a batch: drops its processing list whole, and puts away the jobs that are not done.
-- KEYS: queue, delayed, processing (set of names), processing list
-- ARGV: name of the processing list in the set, number of jobs to queue again,
--       job to queue again ..., (job to delay, due ms) ...
-- Result: nothing
-- UNLINK frees the list beside: removing single jobs from a long list would block the server.
local again = tonumber(ARGV[2])
-- The last one first, so that they are claimed in their old order.
for i = again, 1, -1 do
  redis.call('RPUSH', KEYS[1], ARGV[2 + i])
end
local at = 3 + again
while at <= #ARGV do
  redis.call('ZADD', KEYS[2], ARGV[at + 1], ARGV[at])
  at = at + 2
end
redis.call('UNLINK', KEYS[4])
redis.call('SREM', KEYS[3], ARGV[1])
