import { Agent } from 'node:http'
import { issueVoucher, voucherText } from '../../pki/voucher/index.ts'
import type { Bench } from '../bench.ts'
import { postUntilDone, timeAll } from '../ledger/http-load.ts'
import { median } from '../numbers.ts'
import { installStepCa, StepCa } from '../peers/step-ca.ts'
import type { Row } from '../row.ts'
import { cacheFolder, manufacturer } from '../workload/chain.ts'

/** Requests that the client has under way at one time. */
const inFlight = 64

/** Milliseconds for which the line's voucher is good. */
const voucherValidity = 86_400_000n

export const singleSubmission: Row = {
  name: 'single-submission',
  title: 'certificates published a second, one a request with its voucher, 64 in flight, kept-alive connections',
  against: 'step-ca signing for the same client, its database durable',
  unit: '1/s',
  judged: 'ratio',
  better: 'higher',
  reach: 2,
  goal: 5,
  measure: async (bench) => {
    const voucher = await lineVoucher(bench)
    const authority = await startAuthority(bench)
    try {
      const rounds: { readonly ours: number; readonly theirs: number | undefined }[] = []
      for (let round = 0; round < bench.plan.repetitions; round++) {
        rounds.push({
          ours: await publishSingly(bench, voucher),
          theirs: authority === undefined ? undefined : await signSingly(authority, bench.plan.single, round),
        })
      }
      const value = median(rounds.map(({ ours }) => ours))
      const note = `median of ${rounds.length} rounds of ${bench.plan.single}`
      const pairs = rounds.flatMap(({ ours, theirs }) => (theirs === undefined ? [] : [{ ours, theirs }]))
      if (pairs.length === 0) {
        const reason = bench.plan.buildsPeers ? 'step-ca needs Go to be built' : 'a quick run does not build step-ca'
        return { value, ratio: null, note: `${note}; ${reason}` }
      }
      const theirs = median(pairs.map((pair) => pair.theirs))
      const ratio = median(pairs.map((pair) => pair.ours / pair.theirs))
      return { value, ratio, note: `${note}; step-ca ${theirs.toFixed(0)}/s` }
    } finally {
      await authority?.stop()
    }
  },
}

async function startAuthority(bench: Bench): Promise<StepCa | undefined> {
  const program = installStepCa(cacheFolder(), bench.plan.buildsPeers)
  return program === undefined ? undefined : StepCa.start(program, bench.folderFor('step-ca'), inFlight)
}

async function lineVoucher({ chain }: Bench): Promise<string> {
  const serials = { from: 'AUR-00000000', to: 'AUR-99999999' }
  const expires = BigInt(Date.now()) + voucherValidity
  return voucherText(await issueVoucher({ chain: chain.id, manufacturer, serials, expires }, [chain.line]))
}

async function publishSingly(bench: Bench, voucher: string): Promise<number> {
  const { node } = await bench.campaign()
  const certificates = await bench.unpublished(bench.plan.single)
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const url = `${node.started.url}/v1/certificates`
  try {
    const seconds = await timeAll(certificates, inFlight, async (body) => {
      const headers = { 'commonroot-voucher': voucher }
      const answer = await postUntilDone(agent, { url, type: 'application/pkix-cert', body, headers })
      const { code }: { readonly code: string } = JSON.parse(answer.toString())
      if (code !== 'done') throw new Error(`the ledger answered ${code}`)
    })
    return certificates.length / seconds
  } finally {
    agent.destroy()
  }
}

async function signSingly(authority: StepCa, count: number, round: number): Promise<number> {
  const calls = Array.from({ length: count }, (_, index) => authority.signingCall(`d${round}-${index}.bench`))
  const seconds = await timeAll(calls, inFlight, async (call) => {
    const answer = await postUntilDone(authority.agent, call)
    const { crt }: { readonly crt?: string } = JSON.parse(answer.toString())
    if (crt === undefined) throw new Error('step-ca answered without a certificate')
  })
  return count / seconds
}
