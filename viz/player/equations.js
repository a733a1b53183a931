// Equations in numbers that are rounded, and true all the same: with as many digits as that takes.

const MOST = 17; // digits tell any two numbers apart

const plain = (x, digits) => number(x, digits).replace("! ", "");

// A number as it is written, exactly: [units, power] is units × 10 ** power. Floats would not do: they round what is
// small to 0, and the smallest of them to few digits.
function decimal(text) {
  const [mantissa, power = "0"] = text.split("e"), [whole, part = ""] = mantissa.split(".");
  return [BigInt(whole + part), Number(power) - part.length];
}
const times = ([a, m], [b, n]) => [a * b, m + n];
function plus([a, m], [b, n]) {
  const low = Math.min(m, n);
  return [a * 10n ** BigInt(m - low) + b * 10n ** BigInt(n - low), low];
}
const isAtMost = ([a, m], bound) => plus([a < 0n ? a : -a, m], bound)[0] >= 0n;

const sumOf = (products) => products.map((factors) => factors.map((factor) => decimal(String(factor))).reduce(times)).reduce(plus);
const sizeOf = (products) => products.reduce((sum, factors) => sum + Math.abs(factors.reduce((x, y) => x * y, 1)), 0);

function isShown([found, power], result) { // whether this decimal, rounded, is the result as it is written
  const shown = decimal(plain(result)), difference = plus([-found, power], shown);
  if (result === 0) return difference[0] === 0n;
  const leading = Number(rounded(result, 4).split("e")[1]);
  const digit = (isWhole(result) ? Math.min(leading, 3) : leading) - 3;
  return isAtMost(difference, [505n, digit - 3]); // half a digit, and what the last of 17 adds to that
}

// `operands` as texts with which the equation to `result` is true as it stands, and "=". The operands make `products`,
// which are added up, in true arithmetic; other operations have none, and are `value`, in floats. Where the result is
// no more than what rounding left of the products, or too small for a float, no digits make it true: then "≈".
function equation(operands, value, result, products) {
  const isExact = products && [...operands, result].every(Number.isFinite);
  const most = isExact && Math.abs(result) < 1e-10 * sizeOf(products(operands)) ? 6 : MOST;
  const isTrue = (texts) => {
    if (isExact) return isShown(sumOf(products(texts)), result);
    const found = value(texts.map((text, at) => (Number.isFinite(operands[at]) ? Number(text) : operands[at])));
    return Number.isFinite(found) && Number.isFinite(result)
      ? isShown(decimal(found.toExponential(MOST + 3)), result) : Object.is(found, result);
  };
  for (let digits = 4; digits <= most; digits++) {
    const texts = operands.map((x) => plain(x, digits));
    if (isTrue(texts)) return { texts, equals: "=" };
  }
  return { texts: operands.map((x) => plain(x)), equals: "≈" };
}
