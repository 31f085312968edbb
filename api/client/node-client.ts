/** A node over HTTP: one method a route. What comes back is checked; refusals are thrown with the node's own code. */
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Static } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { type LightBlock, parseLightBlock, type Trust } from '../../src/light/index.ts'
import {
  CarriedAnswer,
  CertificateAnswer,
  ChainAnswer,
  DifferencesAnswer,
  InForceAnswer,
  type MemberAnswer,
  MembersAnswer,
  ModulesAnswer,
  ProblemAnswer,
  ProposalsAnswer,
  ProposalWithVotesAnswer,
  SearchPageAnswer,
  StatusAnswer,
  TransactionAnswer,
} from './answers.ts'
import { cliError } from './errors.ts'
import { maximumAnswerBytes, requestTimeout } from './limits.ts'

type Request = {
  readonly path: string
  readonly body?: Uint8Array
  /** Of the body. */
  readonly type?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class NodeClient {
  /** Without a slash at its end. */
  readonly url: string
  readonly #signal: AbortSignal | undefined

  /** @param signal ends every request that runs; they then throw its reason */
  constructor(url: string, signal?: AbortSignal) {
    this.url = url.replace(/\/+$/, '')
    this.#signal = signal
  }

  chain(): Promise<ChainAnswer> {
    return this.#json({ path: '/v1/chain' }, ChainAnswer)
  }

  /** All members, whatever the size of the node's pages. */
  async members(): Promise<readonly MemberAnswer[]> {
    const members: MemberAnswer[] = []
    let path = '/v1/members'
    for (;;) {
      const page = await this.#json({ path }, MembersAnswer)
      members.push(...page.members)
      if (page.next === undefined || page.members.length === 0) return members
      path = `/v1/members?after=${encodeURIComponent(page.next)}`
    }
  }

  /** Hands a signed transaction over and waits for its block. `submitTransaction` repeats it when the answer is lost. */
  submit(transaction: Uint8Array): Promise<TransactionAnswer> {
    return this.#json({ path: '/v1/transactions', body: transaction }, TransactionAnswer)
  }

  /**
   * Hands over one certificate with its voucher, and waits for its block. Sent again after a lost answer it changes nothing.
   * @param voucher as text: the content of its file
   */
  submitCertificate(der: Uint8Array, voucher: string): Promise<CarriedAnswer> {
    const headers = { 'commonroot-voucher': voucher }
    return this.#json({ path: '/v1/certificates', body: der, type: 'application/pkix-cert', headers }, CarriedAnswer)
  }

  /** What the node knows of a certificate. Trust is in a proof, not in this. @throws pki.unknown-certificate */
  certificate(fingerprint: string): Promise<CertificateAnswer> {
    return this.#json({ path: `/v1/certificates/${fingerprint}` }, CertificateAnswer)
  }

  /**
   * A proof file about a certificate: of its record, or of its absence; for a reader with an older trust file with the
   * headers that lead from there.
   */
  proof(
    fingerprint: string,
    format: 'commonroot' | 'ics23' = 'commonroot',
    reader?: Pick<Trust, 'height' | 'threshold'>,
  ): Promise<Uint8Array> {
    const query = new URLSearchParams({ format })
    if (reader !== undefined) {
      query.set('trusted', reader.height.toString())
      query.set('threshold', reader.threshold.join('/'))
    }
    return this.#bytes({ path: `/v1/certificates/${fingerprint}/proof?${query}`, accept: '*/*' })
  }

  /** A trust file: whoever takes it from a node trusts that node once. */
  trust(): Promise<Uint8Array> {
    return this.#bytes({ path: '/v1/trust', accept: '*/*' })
  }

  /** A header with its validators. It proves nothing yet: a light client follows it. @throws engine.no-header, codes of `parseLightBlock` */
  async lightBlock(height: bigint): Promise<LightBlock> {
    return parseLightBlock(await this.#bytes({ path: `/v1/light-blocks/${height}` }))
  }

  /** One page of what a search finds; the words of the query are the node's. `searchCertificates` walks the pages. */
  searchCertificates(query: Readonly<Record<string, string>>): Promise<Static<typeof SearchPageAnswer>> {
    return this.#json({ path: `/v1/search/certificates?${new URLSearchParams(query)}` }, SearchPageAnswer)
  }

  /** The newest block, and how far the search indexes are. */
  status(): Promise<StatusAnswer> {
    return this.#json({ path: '/v1/status' }, StatusAnswer)
  }

  /** A page of proposals, the newest first, with numbers below `before`. */
  proposals(limit: number, before?: number): Promise<ProposalsAnswer> {
    const query = before === undefined ? '' : `&before=${before}`
    return this.#json({ path: `/v1/governance/proposals?limit=${limit}${query}` }, ProposalsAnswer)
  }

  /** @throws governance.unknown-proposal */
  proposal(number: number): Promise<Static<typeof ProposalWithVotesAnswer>> {
    return this.#json({ path: `/v1/governance/proposals/${number}` }, ProposalWithVotesAnswer)
  }

  /** What is in force, now or after a block. @throws governance.history-not-kept */
  inForce(height?: number): Promise<InForceAnswer> {
    const query = height === undefined ? '' : `?height=${height}`
    return this.#json({ path: `/v1/governance/in-force${query}` }, InForceAnswer)
  }

  /** @throws governance.history-not-kept */
  differences(from: number, to?: number): Promise<DifferencesAnswer> {
    const until = to === undefined ? '' : `&to=${to}`
    return this.#json({ path: `/v1/governance/diff?from=${from}${until}` }, DifferencesAnswer)
  }

  modules(): Promise<ModulesAnswer> {
    return this.#json({ path: '/v1/modules' }, ModulesAnswer)
  }

  async openapi(): Promise<Readonly<Record<string, unknown>>> {
    const value = this.#parse(await this.#bytes({ path: '/openapi.json' }))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#refuseAnswer('it is no JSON object')
    return { ...value }
  }

  async #json<Schema extends TSchema>(request: Request, schema: Schema): Promise<Static<Schema>> {
    const value = this.#parse(await this.#bytes(request))
    if (Value.Check(schema, value)) return value
    const [first] = Value.Errors(schema, value)
    return this.#refuseAnswer(`${first?.instancePath || 'its body'} ${first?.message ?? 'is of another form'}`)
  }

  #parse(bytes: Uint8Array): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return this.#refuseAnswer('it is no JSON')
    }
  }

  async #bytes(request: Request): Promise<Uint8Array> {
    const timeout = AbortSignal.timeout(requestTimeout)
    const signal = this.#signal === undefined ? timeout : AbortSignal.any([this.#signal, timeout])
    const response = await this.#send(request, signal)
    const bytes = await this.#body(response)
    if (response.ok) return bytes
    throw this.#refusal(response, bytes)
  }

  async #send(
    { path, body, type = 'application/cbor', accept = 'application/json', headers = {} }: Request,
    signal: AbortSignal,
  ): Promise<Response> {
    const submission =
      body === undefined
        ? { headers: { ...headers, accept } }
        : // A copy whose buffer is not shared: what `fetch` asks for.
          { method: 'POST', body: new Uint8Array(body), headers: { ...headers, accept, 'content-type': type } }
    try {
      return await fetch(this.url + path, { ...submission, redirect: 'error', signal })
    } catch (error) {
      this.#signal?.throwIfAborted()
      const { code, reason } = failureOf(error)
      if (neverConnected.has(code)) throw cliError('node-unreachable', { url: this.url, reason }, error)
      throw cliError('answer-lost', { url: this.url, reason }, error)
    }
  }

  async #body(response: Response): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let size = 0
    try {
      for await (const part of response.body ?? []) {
        size += part.length
        if (size > maximumAnswerBytes) break
        parts.push(part)
      }
    } catch (error) {
      this.#signal?.throwIfAborted()
      throw cliError('answer-lost', { url: this.url, reason: failureOf(error).reason }, error)
    }
    if (size > maximumAnswerBytes) this.#refuseAnswer(`it has more than ${maximumAnswerBytes} bytes`)
    return new Uint8Array(Buffer.concat(parts))
  }

  /** The text of a refusal is the node's: it is a detail here, so that it is escaped and cut like every other. */
  #refusal({ status, headers }: Response, bytes: Uint8Array): CommonrootError {
    const problem = bytes[0] === 0x7b /* { */ ? this.#parse(bytes) : undefined
    if (!Value.Check(ProblemAnswer, problem))
      return cliError('answer-odd', { url: this.url, reason: `status ${status}` })
    const { code, number, detail } = problem
    const seconds = retryAfterOf(headers)
    const details = seconds === undefined ? { detail } : { detail, [retryAfterDetail]: seconds }
    return new CommonrootError({ code, number, status, message: '{detail}', remedy: '' }, details)
  }

  #refuseAnswer(reason: string): never {
    throw cliError('answer-odd', { url: this.url, reason })
  }
}

/** Under this name a refusal has the seconds after which the node may be asked again. */
export const retryAfterDetail = 'retryAfter'

/** RFC 9110 section 10.2.3: seconds or a date. Undefined when there is none, or none that can be read. */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}

/** What `fetch` says of ports that it opens to nobody, such as 1 (Fetch standard, "bad port"). */
const badPort = 'bad port'

/** The system's words for a connection that never stood, so that nothing can have been executed. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  badPort,
])

const reasons = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['ENOTFOUND', 'there is no such host'],
  ['ETIMEDOUT', 'it does not answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it does not answer'],
  ['TimeoutError', `no answer came within ${requestTimeout / 1000} s`],
])

/** `fetch` hides what happened in the cause. */
function failureOf(error: unknown): { readonly code: string; readonly reason: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return { code: '', reason: 'an unknown reason' }
  if (cause.message === badPort) return { code: badPort, reason: 'HTTP clients do not open this port' }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return { code, reason: reasons.get(code) ?? (cause.message || code) }
}
