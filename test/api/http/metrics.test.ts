import { describe, expect, it } from 'vitest'
import { Registry } from '../../../api/http/metrics.ts'

describe('the text of measurements', () => {
  it('has counters by label, whatever the order of the labels', () => {
    const registry = new Registry()
    const counter = registry.counter('a_total', 'What it counts.')
    counter.add({ x: '1', y: '2' })
    counter.add({ y: '2', x: '1' }, 2)
    counter.add({ x: '3', y: '2' })
    expect(registry.text()).toBe(
      '# HELP a_total What it counts.\n# TYPE a_total counter\na_total{x="1",y="2"} 3\na_total{x="3",y="2"} 1\n',
    )
  })

  it('escapes what labels hold', () => {
    const registry = new Registry()
    registry.counter('a_total', 'A.').add({ x: 'a"b\\c\nd' })
    expect(registry.text()).toContain('a_total{x="a\\"b\\\\c\\nd"} 1')
  })

  it('reads gauges when asked, and leaves out what is not known', () => {
    const registry = new Registry()
    let value: number | undefined
    registry.gauge('g', 'G.', () => value)
    expect(registry.text()).toBe('# HELP g G.\n# TYPE g gauge\n')
    value = 2.5
    expect(registry.text()).toContain('\ng 2.5\n')
  })

  it('has histograms whose buckets add up', () => {
    const registry = new Registry()
    const histogram = registry.histogram('h', 'H.', [0.1, 1])
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe({ r: 'x' }, value)
    expect(registry.text().split('\n').slice(2, -1)).toEqual([
      'h_bucket{r="x",le="0.1"} 2',
      'h_bucket{r="x",le="1"} 3',
      'h_bucket{r="x",le="+Inf"} 4',
      'h_sum{r="x"} 7.65',
      'h_count{r="x"} 4',
    ])
  })

  it('measures nothing twice under one name', () => {
    const registry = new Registry()
    registry.counter('a', 'A.')
    expect(() => registry.counter('a', 'A.')).toThrow(TypeError)
  })
})
