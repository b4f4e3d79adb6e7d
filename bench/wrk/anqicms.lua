-- The anqicms dialect's requests, and what a good reply holds; the status is 200 even on errors.

local http = dofile("http.lua")

return {
  add = function(host, token, product)
    local body = '{"archive_id":' .. product .. ',"quantity":1}'
    return http.post(host, "/api/cart/add", "cart: " .. token .. "\r\n", "application/json", body)
  end,
  get = function(host, token)
    return http.get(host, "/api/cart/list", "cart: " .. token .. "\r\n")
  end,
  list = function(host, _, _, page)
    return http.get(host, "/api/archive/list?type=page&limit=10&page=" .. page, "")
  end,
  right = { add = '"code":0', get = '"code":0', list = '"code":0' },
  row = { get = '"cart_id":', list = '"module_id":' },
}
