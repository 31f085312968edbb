/** CometBFT as somebody else's child: the application serves it over TCP or a UNIX socket and asks it over either. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../../api/ledger/index.ts'
import { installCometbft } from '../../../scripts/install-cometbft.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { CometbftEngine, parseAddress, prepareIdentity } from '../../../src/engine/index.ts'
import { until } from '../following.ts'
import { TinyApplication } from '../tiny-application.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonroot-test-external-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const [applicationPort, rpcPort] = await freePorts(2)
const places = {
  tcp: { application: `tcp://127.0.0.1:${applicationPort}`, rpc: `tcp://127.0.0.1:${rpcPort}` },
  unix: { application: `unix://${folder}/abci`, rpc: `unix://${folder}/rpc` },
} as const

describe.each(['tcp', 'unix'] as const)('a CometBFT that somebody else runs, over %s', (kind) => {
  it('makes blocks, is started again by its supervisor, and goes on', { timeout: 60_000 }, async () => {
    const home = join(folder, kind)
    const binary = installCometbft()
    const { validator } = await prepareIdentity(home)
    const application = new TinyApplication()
    const engine = new CometbftEngine({
      home,
      binary: '/nowhere/cometbft',
      genesis: {
        chainId: 'tiny-0a1b2c3d',
        time: { seconds: BigInt(Math.floor(Date.now() / 1000)) - 5n, nanos: 0 },
        validators: [{ key: validator, power: 1n }],
        application: new Uint8Array(0),
        initialHeight: 1n,
      },
      listen: '127.0.0.1:0',
      oneHost: true,
      external: { application: parseAddress(places[kind].application)!, rpc: parseAddress(places[kind].rpc)! },
    })
    const failures: unknown[] = []
    const started = engine.start(application, (error) => failures.push(error))
    await until('its configuration', () => existsSync(join(home, 'config', 'config.toml')))
    const first = runCometbft(binary, home)
    await started
    await engine.submit(utf8(`${kind}=1`))
    await until('the first pair', () => application.entries.has(kind))
    await ended(first)
    const second = runCometbft(binary, home)
    await until('the second run', async () =>
      engine.status().then(
        () => true,
        () => false,
      ),
    )
    await engine.submit(utf8('again=1'))
    await until('the second pair', () => application.entries.has('again'))
    await ended(second)
    await engine.stop()
    expect(failures).toEqual([])
  })
})

describe('an address', () => {
  it.each([
    ['unix:///run/abci', { path: '/run/abci' }],
    ['tcp://10.0.0.1:26658', { host: '10.0.0.1', port: 26_658 }],
    ['tcp://[::1]:26658', { host: '::1', port: 26_658 }],
  ])('%s is read', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
  })

  it.each([
    '',
    'unix://run',
    'tcp://host',
    'tcp://host:65536',
    'tcp://host:01',
    'http://host:1',
    `unix:///${'x'.repeat(107)}`,
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })
})

function runCometbft(binary: string, home: string): ChildProcess {
  const child = spawn(binary, ['start', '--home', home], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, HOME: home },
  })
  children.push(child)
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exit
}
