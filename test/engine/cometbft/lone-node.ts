/**
 * One node with one validator whose every durable part is in one folder. Run as a program with that folder and the path
 * of CometBFT, it works until it is killed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CometbftEngine, prepareIdentity } from '../../../src/engine/index.ts'
import { Disk, TinyApplication } from '../tiny-application.ts'

export async function openLoneNode(folder: string, binary: string) {
  const home = join(folder, 'cometbft')
  const { validator } = await prepareIdentity(home)
  const timeFile = join(folder, 'genesis-time')
  if (!existsSync(timeFile)) writeFileSync(timeFile, String(Math.floor(Date.now() / 1000) - 5))
  const engine = new CometbftEngine({
    home,
    binary,
    genesis: {
      chainId: 'tiny-0a1b2c3d',
      time: { seconds: BigInt(readFileSync(timeFile, 'utf8')), nanos: 0 },
      validators: [{ key: validator, power: 1n }],
      application: new Uint8Array(0),
      initialHeight: 1n,
    },
    listen: '127.0.0.1:0',
    oneHost: true,
  })
  return { home, engine, application: new TinyApplication(new Disk(join(folder, 'application'))) }
}

if (import.meta.main) {
  const [, , folder = '', binary = ''] = process.argv
  const { engine, application } = await openLoneNode(folder, binary)
  await engine.start(application, (error) => {
    process.stderr.write(`${error}\n`)
    process.exit(1)
  })
  process.stdout.write('started\n')
}
