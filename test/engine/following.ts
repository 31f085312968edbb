import { concat, fromHex } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import type { Engine } from '../../src/engine/index.ts'
import { followHeader, type Trust, timestampToMilliseconds, trustFrom } from '../../src/light/index.ts'

/** What a light client with a trust file of the first header would do: follows the chain header by header. */
export async function followAll(engine: Engine, from: bigint, to: bigint): Promise<Trust> {
  const first = await engine.signedHeader(from)
  // A chain id ends with the beginning of its genesis' digest.
  const genesis = concat(fromHex(first.header.chainId.slice(-8)), new Uint8Array(28))
  let trust = trustFrom(
    {
      signed: first,
      validators: await engine.validators(from),
      eras: [{ genesis, from }],
      trustingPeriod: 86_400_000n,
    },
    voteVerifier,
  )
  for (let height = from + 1n; height <= to; height++) {
    const signed = await engine.signedHeader(height)
    const now = timestampToMilliseconds(signed.header.time) + 1n
    trust = followHeader(
      trust,
      { signed, validators: await engine.validators(height) },
      { now, verifier: voteVerifier },
    )
  }
  return trust
}

/** Resolves when the condition holds; fails with its name after `limit` milliseconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  const deadline = performance.now() + limit
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limit} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
