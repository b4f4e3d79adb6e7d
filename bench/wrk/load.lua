-- The load itself: random carts, products and pages for one dialect and action.
-- wrk -s load.lua URL -- DIALECT ACTION TOKENS PRODUCTS SEED [check|each]
-- With "check" every reply is read and judged; without it wrk counts statuses only, which costs it less. With "each" the
-- carts come one after the other.

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local dialect, action, products = dofile(args[1] .. ".lua"), args[2], tonumber(args[4])
  local function lines(file)
    local all = {}
    for line in io.lines(file) do
      all[#all + 1] = line
    end
    return all
  end
  local tokens, folder = lines(args[3]), args[3]:match("^(.*/)")
  local known = dialect.detail and { rids = lines(folder .. "rids"), customers = lines(folder .. "customers") }

  local host = args[0]:match("^http://([^/]+)")
  local ask = dialect[action]
  math.randomseed(tonumber(args[5]))

  function request()
    local cart = math.random(0, #tokens - 1)
    if args[6] == "each" then
      cart, visited = visited % #tokens, visited + 1
    end
    -- Cart i was filled with five products in a row, so adding one of them never makes it longer.
    local product = (cart * 5 + math.random(0, 4)) % products + 1
    return ask(host, tokens[cart + 1], product, math.random(1, 100), known)
  end

  wrong, first_wrong, bytes, visited = 0, "", 0, 0
  if args[6] == "check" then
    local rows = { get = 5, list = 10, large = 10 }
    function response(status, _, body)
      bytes = bytes + #body
      local is_right = status >= 200 and status < 300 and body:find(dialect.right[action], 1, true)
      if is_right and rows[action] then
        is_right = select(2, body:gsub(dialect.row[action], "")) >= rows[action]
      end
      if not is_right then
        wrong = wrong + 1
        if first_wrong == "" then first_wrong = status .. " " .. body:sub(1, 200):gsub("%s+", " ") end
      end
    end
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  local wrong, first_wrong, bytes = 0, "", 0
  for _, thread in ipairs(threads) do
    wrong, bytes = wrong + thread:get("wrong"), bytes + thread:get("bytes")
    if first_wrong == "" then first_wrong = thread:get("first_wrong") end
  end
  -- A reply with an error status is among the wrong ones when replies are read.
  local failed = errors.connect + errors.read + errors.write + errors.timeout + math.max(errors.status, wrong)
  print(("measured requests=%d us=%d p50_us=%d p99_us=%d errors=%d bytes=%d"):format(
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed, bytes))
  print("wrong " .. first_wrong)
end
