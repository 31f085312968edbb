/** Round robin: each sender in turn gives its next, in its own order; whose turn is first moves on with each height. */
export function takingTurns<Item extends { readonly sender: string }>(
  items: readonly Item[],
  height: bigint,
): readonly Item[] {
  const lines = [...Map.groupBy(items, ({ sender }) => sender).values()]
  const first = lines.length === 0 ? 0 : Number(height % BigInt(lines.length))
  const order = [...lines.slice(first), ...lines.slice(0, first)]
  const longest = order.reduce((length, line) => Math.max(length, line.length), 0)
  return Array.from({ length: longest }, (_, turn) => order.flatMap((line) => line.slice(turn, turn + 1))).flat()
}
