/**
 * A registry of measurements and their text (Prometheus exposition format 0.0.4). Counters, histograms, and gauges that
 * are read when somebody asks.
 */

export type Labels = Readonly<Record<string, string>>
type Sample = { readonly name: string; readonly labels: Labels; readonly value: number }
type Metric = {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: () => readonly Sample[]
}

export class Registry {
  readonly #metrics: Metric[] = []

  counter(name: string, help: string): Counter {
    const counter = new Counter()
    this.#add({ name, help, type: 'counter', samples: () => counter.samples(name) })
    return counter
  }

  /** `read` gives undefined while there is nothing to measure. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    const samples = () => {
      const value = read()
      return value === undefined ? [] : [{ name, labels: {}, value }]
    }
    this.#add({ name, help, type: 'gauge', samples })
  }

  /** `bounds` are the upper ends of the buckets, in rising order. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(bounds)
    this.#add({ name, help, type: 'histogram', samples: () => histogram.samples(name) })
    return histogram
  }

  text(): string {
    return this.#metrics
      .map(({ name, help, type, samples }) => {
        const lines = samples().map((sample) => `${sample.name}${labelText(sample.labels)} ${sample.value}`)
        return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n')
      })
      .join('\n')
      .concat('\n')
  }

  #add(metric: Metric): void {
    if (this.#metrics.some(({ name }) => name === metric.name)) throw new TypeError(`${metric.name} is measured twice`)
    this.#metrics.push(metric)
  }
}

export class Counter {
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>()

  add(labels: Labels = {}, amount = 1): void {
    const series = seriesOf(this.#series, labels, () => ({ labels, value: 0 }))
    series.value += amount
  }

  samples(name: string): readonly Sample[] {
    return [...this.#series.values()].map(({ labels, value }) => ({ name, labels, value }))
  }
}

export class Histogram {
  readonly #bounds: readonly number[]
  readonly #series = new Map<
    string,
    { readonly labels: Labels; readonly counts: number[]; count: number; sum: number }
  >()

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  observe(labels: Labels, value: number): void {
    const series = seriesOf(this.#series, labels, () => ({
      labels,
      counts: this.#bounds.map(() => 0),
      count: 0,
      sum: 0,
    }))
    series.count += 1
    series.sum += value
    for (const [index, bound] of this.#bounds.entries()) if (value <= bound) series.counts[index]! += 1
  }

  samples(name: string): readonly Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, count, sum }) => [
      ...this.#bounds.map((bound, index) => ({
        name: `${name}_bucket`,
        labels: { ...labels, le: String(bound) },
        value: counts[index]!,
      })),
      { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
      { name: `${name}_sum`, labels, value: sum },
      { name: `${name}_count`, labels, value: count },
    ])
  }
}

function seriesOf<Series>(all: Map<string, Series>, labels: Labels, begin: () => Series): Series {
  const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
  const known = all.get(key)
  if (known !== undefined) return known
  const begun = begin()
  all.set(key, begun)
  return begun
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
