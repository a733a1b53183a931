// Equations in numbers that are rounded, and true all the same: with as many digits as that takes.

const MOST = 17; // digits tell any two numbers apart

const plain = (x, digits) => number(x, digits).replace("! ", "");
const asWritten = (x, digits) => (Number.isFinite(x) ? Number(number(x, digits)) : x);

function isShown(found, result) { // whether the one, rounded, is the other as it is written
  if (!Number.isFinite(result) || result === 0) return Object.is(found + 0, result + 0);
  const power = Number(rounded(result, 4).split("e")[1]);
  const unit = 10 ** ((isWhole(result) ? Math.min(power, 3) : power) - 3);
  return Math.abs(found - asWritten(result)) <= unit / 2;
}

// `operands` as texts with which `value(operands) = result` is true as it stands, and "=". Where the result is no more
// than what rounding left of numbers of this `size`, no digits make it true: then "≈".
function equation(operands, value, result, size = 0) {
  const most = Math.abs(result) < 1e-10 * size ? 6 : MOST;
  for (let digits = 4; digits <= most; digits++)
    if (isShown(value(operands.map((x) => asWritten(x, digits))), result))
      return { texts: operands.map((x) => plain(x, digits)), equals: "=" };
  return { texts: operands.map((x) => plain(x)), equals: "≈" };
}
