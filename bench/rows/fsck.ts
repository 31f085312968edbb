import { readFileSync } from 'node:fs'
import { protocols } from '../../api/protocols.ts'
import { layoutOf } from '../../api/sandbox/layout.ts'
import { Genesis } from '../../src/chain/index.ts'
import { decodeAs } from '../../src/codec/index.ts'
import { fsck as check, type FsckReport } from '../../src/fsck/index.ts'
import { openStore, startEmbeddedPostgres, Tables } from '../../src/store/index.ts'
import { million } from '../plan.ts'
import type { Row } from '../row.ts'

export const fsck: Row = {
  name: 'fsck',
  title: 'a full check of the store of a million',
  against: 'the time that it took to publish them',
  unit: 's',
  judged: 'ratio',
  better: 'lower',
  reach: 0.3,
  goal: 0.1,
  atSize: million,
  measure: async (bench) => {
    const campaign = await bench.campaign()
    await campaign.node.stop()
    const { seconds, report } = await checkStore(campaign.dataFolder, bench.chain.id).finally(() => campaign.restart())
    if (report.count > 0) throw new Error(`fsck finds ${JSON.stringify(report.findings[0])} in a sound store`)
    return {
      value: seconds,
      ratio: seconds / campaign.seconds,
      size: campaign.published,
      note: `once over ${campaign.published} certificates, which took ${campaign.seconds.toFixed(0)} s to publish; nothing found`,
    }
  },
}

/** The node has ended: whoever checks has the store alone. Starting Postgres is not part of the time. */
async function checkStore(
  dataFolder: string,
  chain: string,
): Promise<{ readonly seconds: number; readonly report: FsckReport }> {
  const layout = layoutOf(dataFolder)
  const genesis = decodeAs(Genesis, readFileSync(layout.genesis))
  await using stack = new AsyncDisposableStack()
  const { connection, stop } = await startEmbeddedPostgres({ folder: layout.postgres })
  stack.defer(stop)
  const store = await openStore({ connection, chain, archive: layout.archive })
  stack.defer(() => store.close())
  const tables = Tables.open({ connection, chain, archive: layout.archive })
  stack.defer(() => tables.close())
  const beginning = performance.now()
  const report = await check({ store, tables, genesis, protocols })
  return { seconds: (performance.now() - beginning) / 1000, report }
}
