/** Kills without warning, at random moments, while certificates are published: one after another, each survived. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scene } from './scene.ts'
import type { SeededRandom } from './seeded-random.ts'
import { moreAcknowledged, type Submission } from './submissions.ts'

type Target = 'node' | 'postgres' | 'both'

/** Nine of twenty kills each, and one of ten ends both at once, as a power cut does. */
function pickTarget(random: SeededRandom): Target {
  return random.chance(0.1) ? 'both' : random.pick(['node', 'postgres'])
}

/** Milliseconds in which a kill falls after the work has gone on. */
const window = 250

/** Milliseconds in which a kill falls on a node that has not come up yet. */
const startWindow = 600

/** Milliseconds that Postgres stays away, at most. */
const maximumAbsence = 250

/** @param kills how many; a kill of both counts as one */
export async function killAtRandom(
  { node, postgres }: Scene,
  book: readonly Submission[],
  random: SeededRandom,
  kills: number,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const target = pickTarget(random)
    const duringStart = random.chance(0.2)
    const moment = random.whole(duringStart ? startWindow : window)
    const absence = random.chance(0.5) ? 0 : random.whole(maximumAbsence)
    if (!duringStart) await moreAcknowledged(book)
    await sleep(moment)
    if (target !== 'postgres') node.kill()
    if (target === 'node') continue
    await postgres.kill()
    await sleep(absence)
    await postgres.startAgain()
  }
  await moreAcknowledged(book)
}
