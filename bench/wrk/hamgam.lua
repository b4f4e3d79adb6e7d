-- The hamgam dialect's requests, and what a good reply holds.

local http = dofile("http.lua")

local function who(token)
  return "Authorization: Token " .. token .. "\r\n"
end

return {
  add = function(host, token, product)
    local body = '{"product":' .. product .. ',"quantity":1}'
    return http.post(host, "/api/shop/cart/items", who(token), "application/json", body)
  end,
  get = function(host, token)
    return http.get(host, "/api/shop/cart", who(token))
  end,
  list = function(host, _, _, page)
    return http.get(host, "/api/shop/products?limit=10&offset=" .. page * 10, "")
  end,
  right = { add = '"items_subtotal":', get = '"items_subtotal":', list = '"results":' },
  row = { get = '"unit_price":', list = '"regular_price":' },
}
