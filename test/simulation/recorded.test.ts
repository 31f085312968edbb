/** The chains in `test/replay/chains`, which every later program has to replay to the same roots, know every operation. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { newestProtocol, protocols } from '../../api/protocols.ts'
import { decodeBlock } from '../../src/chain/index.ts'
import { decodeEnvelope } from '../../src/codec/index.ts'
import { decodeResults, programOf } from '../../src/host/index.ts'
import { recordedBlocks } from '../chain/recorded-blocks.ts'
import { readRecording, recordingText } from '../replay/recording.ts'
import { givenSeed } from './seed.ts'
import { simulate } from './simulate.ts'
import { memoryPlace } from './stage/memory-place.ts'

const folder = path.join(import.meta.dirname, '..', 'replay', 'chains')

/** A simulated history is recorded by `RECORD_SIMULATION=name COMMONROOT_SIMULATION_SEED=seed`, and committed with a line of why. */
const name = process.env.RECORD_SIMULATION
if (name !== undefined) {
  const seed = givenSeed() ?? 0
  const { world, actor } = await simulate({ seed, blocks: 30, place: memoryPlace(), isCalm: true, protocols })
  const recording = { genesis: world.genesis, blocks: await recordedBlocks(actor.chain) }
  await writeFile(path.join(folder, `${name}.json`), recordingText(recording))
}

it('recorded chains have done every operation of the newest protocol', async () => {
  const done = new Set<string>()
  for (const file of (await readdir(folder)).filter((each) => each.endsWith('.json'))) {
    for (const { block, results } of (await readRecording(path.join(folder, file))).blocks) {
      const { transactions } = decodeBlock(block)
      for (const [index, { code }] of decodeResults(results).entries()) {
        if (code !== 0) continue
        const { operations } = decodeEnvelope(transactions[index] ?? new Uint8Array(0)).transaction
        for (const { module, type } of operations) done.add(`${module}/${type}`)
      }
    }
  }
  const declared = programOf(protocols, newestProtocol).modules.flatMap((module) =>
    Object.keys(module.transactions).map((type) => `${module.name}/${type}`),
  )
  expect([...done].sort()).toEqual(declared.sort())
})
