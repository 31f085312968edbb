/** The few statistics that the rows use. */

/** The middle of the numbers; the mean of the two in the middle of an even count. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** Linear between the neighbours. @param part 0 is the least, 1 the greatest */
export function quantile(numbers: readonly number[], part: number): number {
  if (numbers.length === 0) throw new TypeError('a statistic of no numbers')
  const sorted = numbers.toSorted((a, b) => a - b)
  const place = part * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
  return below + (above - below) * (place - Math.floor(place))
}

/** Least squares: how much `y` grows with `x`. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { readonly x: number; readonly y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const spread = mean((point) => (point.x - x) ** 2)
  return spread === 0 ? 0 : mean((point) => (point.x - x) * (point.y - y)) / spread
}
