/**
 * The certificate authority that single submissions are held against: step-ca, built from its pinned Go module, alone on
 * loopback, with the database that its own set-up chooses, whose writes are synchronous.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '../../api/ledger/index.ts'
import { post } from '../ledger/http-load.ts'
import { makeSigningRequest } from '../workload/signing-request.ts'

const version = 'v0.30.2'
const command = 'github.com/smallstep/certificates/cmd/step-ca'

/** Milliseconds: a build without any cache takes a minute or two. */
const buildTimeout = 15 * 60_000

/** Milliseconds until it has to answer. */
const startPatience = 20_000

/** Seconds for which a request's token is good: step-ca's own limit. */
const tokenValidity = 300

const provisioner = 'bench'

/** The path of the program; undefined when it is not there and may not or can't be built. */
export function installStepCa(cache: string, mayBuild: boolean): string | undefined {
  const program = join(cache, `step-ca-${version}`)
  if (existsSync(program)) return program
  if (!mayBuild || spawnSync('go', ['version']).status !== 0) return undefined
  const target = join(cache, `step-ca-build-${process.pid}`)
  mkdirSync(target, { recursive: true })
  try {
    const env = { ...process.env, GOBIN: target, CGO_ENABLED: '0' }
    const built = spawnSync('go', ['install', `${command}@${version}`], { env, timeout: buildTimeout })
    if (built.status !== 0) return undefined
    renameSync(join(target, 'step-ca'), program)
    return program
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

export type SigningCall = { readonly url: string; readonly type: string; readonly body: Uint8Array }

export class StepCa {
  readonly agent: Agent
  readonly #url: string
  readonly #child: ChildProcess
  readonly #root: string
  readonly #provisionerKey: { readonly key: KeyObject; readonly id: string }

  private constructor(child: ChildProcess, url: string, root: string, key: KeyObject, id: string, inFlight: number) {
    this.#child = child
    this.#url = url
    this.#root = new X509Certificate(root).fingerprint256.replaceAll(':', '').toLowerCase()
    this.#provisionerKey = { key, id }
    this.agent = new Agent({ keepAlive: true, maxSockets: inFlight, ca: root })
  }

  /** Makes its certificates and settings in a folder, and starts it. */
  static async start(program: string, folder: string, inFlight: number): Promise<StepCa> {
    mkdirSync(folder, { recursive: true })
    makeAuthority(folder)
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = publicKey.export({ format: 'jwk' })
    const id = createHash('sha256')
      .update(JSON.stringify([jwk.x, jwk.y]))
      .digest('base64url')
    const [port = 0] = await freePorts(1)
    const settings = {
      root: join(folder, 'root.crt'),
      crt: join(folder, 'intermediate.crt'),
      key: join(folder, 'intermediate.key'),
      address: `127.0.0.1:${port}`,
      dnsNames: ['127.0.0.1'],
      db: { type: 'badgerv2', dataSource: join(folder, 'db') },
      authority: {
        provisioners: [{ type: 'JWK', name: provisioner, key: { ...jwk, kid: id, use: 'sig', alg: 'ES256' } }],
      },
    }
    writeFileSync(join(folder, 'ca.json'), JSON.stringify(settings))
    // The shell ends it when its own standard input ends: with the bench, however that ends.
    const guard = '"$0" "$1" & child=$!; cat > /dev/null; kill -9 $child'
    const child = spawn('sh', ['-c', guard, program, join(folder, 'ca.json')], { stdio: ['pipe', 'ignore', 'ignore'] })
    const root = readFileSync(join(folder, 'root.crt'), 'utf8')
    const authority = new StepCa(child, `https://127.0.0.1:${port}`, root, privateKey, id, inFlight)
    await authority.#untilReady()
    return authority
  }

  /** A request to sign one certificate, with its one-time token; good for a few minutes. */
  signingCall(name: string): SigningCall {
    const body = JSON.stringify({ csr: makeSigningRequest(name), ott: this.#token(name) })
    return { url: this.#path('/1.0/sign'), type: 'application/json', body: Buffer.from(body) }
  }

  async stop(): Promise<void> {
    this.agent.destroy()
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }

  #path(path: string): string {
    return `${this.#url}${path}`
  }

  #token(name: string): string {
    const now = Math.floor(Date.now() / 1000)
    const header = { alg: 'ES256', kid: this.#provisionerKey.id, typ: 'JWT' }
    const claims = {
      aud: this.#path('/1.0/sign'),
      iss: provisioner,
      sub: name,
      sans: [name],
      sha: this.#root,
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: now + tokenValidity,
    }
    const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const key = { key: this.#provisionerKey.key, dsaEncoding: 'ieee-p1363' } as const
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }

  async #untilReady(): Promise<void> {
    const end = performance.now() + startPatience
    for (;;) {
      const answer = await post(this.agent, {
        url: this.#path('/health'),
        type: 'text/plain',
        body: Buffer.alloc(0),
      }).catch(() => undefined)
      if (answer !== undefined) return
      if (performance.now() > end) throw new Error('step-ca did not start')
      await delay(100)
    }
  }
}

/** A root and an intermediate with P-256 keys. */
function makeAuthority(folder: string): void {
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-addext', 'basicConstraints=critical,CA:TRUE']
  const make = (name: string, ...issuer: readonly string[]) =>
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
        ...['-subj', `/CN=${name}`, '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)],
        ...usage,
        ...issuer,
      ],
      { stdio: 'pipe' },
    )
  make('root')
  make('intermediate', '-CA', join(folder, 'root.crt'), '-CAkey', join(folder, 'root.key'))
}
