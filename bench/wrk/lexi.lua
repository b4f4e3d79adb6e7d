-- The lexi dialect's requests, and what a good reply holds; errors come with a code in the body, too.

local http = dofile("http.lua")

-- Two characters each; some thousand products have them.
local words = { "台灯", "毛巾", "砂锅", "雨伞", "拖鞋", "衬衫", "抱枕", "书架" }

local function escaped(text)
  return (text:gsub(".", function(byte) return ("%%%02X"):format(byte:byte()) end))
end
for at, word in ipairs(words) do
  words[at] = escaped(word)
end

local function list(host, _, _, page)
  return http.get(host, "/products?per_page=10&page=" .. page, "")
end

return {
  list = list,
  large = list,
  detail = function(host, _, product, _, known)
    return http.get(host, "/products/" .. known.rids[product], "")
  end,
  skus = function(host, _, product, _, known)
    return http.get(host, "/products/skus?rid=" .. known.rids[product], "")
  end,
  search = function(host, _, _, page)
    local form = "per_page=10&page=" .. page .. "&qk=" .. words[page % #words + 1]
    return http.post(host, "/search/products", "", "application/x-www-form-urlencoded", form)
  end,
  wish = function(host, _, product, _, known)
    local who = "Authorization: Basic " .. known.customers[math.random(#known.customers)] .. "\r\n"
    return http.post(host, "/wishlist", who, "application/json", '{"rid":"' .. known.rids[product] .. '"}')
  end,
  right = {
    list = '"code":200', large = '"code":200', detail = '"code":200', skus = '"code":200', search = '"code":200',
    wish = '"code":201',
  },
  row = { list = '"like_count":', large = '"like_count":' },
}
