/** Kills without warning, at random moments, while certificates are published: one after another, each survived. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scene } from './scene.ts'
import type { SeededRandom } from './seeded-random.ts'
import { moreAcknowledged, moreSubmitted, type Submission } from './submissions.ts'

type Target = 'node' | 'postgres' | 'both'

/** Nine of twenty kills each, and one of ten ends both at once, as a power cut does. */
function pickTarget(random: SeededRandom): Target {
  return random.chance(0.1) ? 'both' : random.pick(['node', 'postgres'])
}

/** Milliseconds: where a kill falls, counted from what it waits for. */
const windows = { start: 600, submission: 40, work: 250 }

/** Milliseconds that Postgres stays away, at most. */
const maximumAbsence = 250

/** Half of the kills fall where a block is made, some on a node that has not come up yet, the others anywhere. */
function pickMoment(random: SeededRandom): keyof typeof windows {
  if (random.chance(0.2)) return 'start'
  return random.chance(0.6) ? 'submission' : 'work'
}

/** @param kills how many; a kill of both counts as one */
export async function killAtRandom(
  { node, postgres }: Scene,
  book: readonly Submission[],
  random: SeededRandom,
  kills: number,
): Promise<void> {
  for (let done = 0; done < kills; ) {
    const target = pickTarget(random)
    const moment = pickMoment(random)
    const offset = random.whole(windows[moment])
    const absence = random.chance(0.5) ? 0 : random.whole(maximumAbsence)
    if (moment !== 'start') await moreAcknowledged(book)
    if (moment === 'submission') await moreSubmitted(book)
    await sleep(offset)
    if (target === 'node') {
      // One that has just ended by itself is no kill.
      if (await node.kill()) done += 1
      continue
    }
    await Promise.all([postgres.kill(), target === 'both' && node.kill()])
    done += 1
    await sleep(absence)
    await postgres.startAgain()
  }
  await moreAcknowledged(book)
}
