"use strict";
// What the rules of primitives call and JavaScript lacks. The rules themselves stand above this text, as
// RULES: the primitives of this graph, written by `javascript.py` from the engine's table.

function total(count, term) {
  let sum = count ? term(0) : 0;
  for (let at = 1; at < count; at++) sum += term(at);
  return sum;
}

function largest(count, term) {
  let most = -Infinity;
  for (let at = 0; at < count; at++) most = Math.max(most, term(at)); // NaN, where one of them is
  return most;
}

function power(x, y) { // as IEEE 754 and Python have it; Math.pow says NaN
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

function erf(x) { // 2/sqrt(pi) e^(-x^2) (x + 2x^3/3 + 4x^5/15 + ...): all terms of one sign
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  let term = x, sum = x;
  for (let n = 1; n < 60; n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

function erfc(x) { // a continued fraction where 1 - erf(x) would cancel
  if (!(x > 1)) return x === -Infinity ? 2 : 1 - erf(x);
  if (x === Infinity) return 0;
  let tail = 0;
  for (let n = 400; n > 0; n--) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}
