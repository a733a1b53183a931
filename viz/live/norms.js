// How long the gradient is in each part of the model, all on one log scale: where it vanishes, and where it explodes.

function normsOf(numbers) {
  return task.groups.map(({ name, rows }) => ({ name, length: lengthOf(rows.map((row) => numbers[row])) }));
}

function paintColumnNorms(numbers) { // above each column of neurons
  const isShown = linesShow === "gradients";
  for (const { column, title } of stages) {
    if (column < 0) continue;
    const { weights, biases } = task.columns[column], rows = [...weights.flat(), ...biases.filter((row) => row !== null)];
    const length = isShown ? lengthOf(rows.map((row) => numbers[row])) : 0;
    title.replaceChildren(titleOf(column), ...(isShown ? [span(`gradient ${number(length, 2)}`, "length")] : []));
  }
}
