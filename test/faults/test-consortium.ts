/** The faults of a consortium, as a test: `rounds` says how often, the checker knows every answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { Consortium } from './consortium.ts'
import { chooseSeed, SeededRandom } from './seeded-random.ts'
import { countAnswers, moreAcknowledged, type Submission } from './submissions.ts'

/** Publishers at work. */
const publishers = 3

/** Milliseconds in which a network without a quorum must acknowledge nothing. */
const standstill = 3_000

export function testConsortium(rounds: number, timeout: number): void {
  let consortium: Consortium
  const book: Submission[] = []
  const random = new SeededRandom(chooseSeed())
  const stop = new AbortController()
  let trust: Uint8Array
  let working: readonly Promise<void>[]
  let faults = 0

  beforeAll(async () => {
    installCometbft()
    consortium = await Consortium.start()
    trust = await consortium.client('operator-north').trust()
    working = (await consortium.publishers(publishers, random.fork(), book)).map((each) => each.run(stop.signal))
    await moreAcknowledged(book)
  }, 600_000)
  afterAll(() => consortium.stop())

  it('four organisations go on without the application of one and the engine of another', { timeout }, async () => {
    for (let round = 0; round < rounds; round++) {
      const [first, second] = twoOf(consortium, random)
      consortium.killApplication(first)
      await consortium.killEngine(second)
      faults += 2
      await moreAcknowledged(book)
      await consortium.together()
    }
  })

  if (rounds > 1) {
    it('without two of them they stop, and lose nothing', { timeout }, async () => {
      const [first, second] = twoOf(consortium, random)
      await Promise.all([consortium.node(first).kill(), consortium.node(second).kill()])
      faults += 2
      // What the two had voted for already may still arrive.
      await sleep(standstill)
      const before = countAnswers(book)
      await sleep(standstill)
      expect(countAnswers(book)).toBe(before)
      await Promise.all([consortium.node(first).start(), consortium.node(second).start()])
      await moreAcknowledged(book)
    })
  }

  it('at the end every node proves what any of them has acknowledged, and no more', { timeout }, async () => {
    stop.abort()
    await Promise.all(working)
    const { lost, forged, ...rest } = await consortium.verdict(trust, book)
    const acknowledged = countAnswers(book)
    console.log(`faults ${faults}, acknowledged ${acknowledged}, lost ${lost.length}, forged accepted ${forged.length}`)
    expect({ lost, forged, ...rest }).toEqual({ lost: [], forged: [], roots: 1, headless: [], failures: [] })
    expect(acknowledged).toBeGreaterThan(rounds)
  })
}

function twoOf({ nodes }: Consortium, random: SeededRandom): readonly [string, string] {
  const first = random.whole(nodes.length)
  const second = (first + 1 + random.whole(nodes.length - 1)) % nodes.length
  return [nodes[first]!.organisation, nodes[second]!.organisation]
}
