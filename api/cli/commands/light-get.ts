import type { Command } from 'commander'
import { renderLightBlock } from '../../../src/light/index.ts'
import { writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { height } from '../options.ts'
import { bytesText, shown } from '../table.ts'

export function lightGet(parent: Command, frame: Frame): void {
  parent
    .command('get')
    .description("Write headers of a node with their validators, as a JSON array in CometBFT's form.")
    .argument('<heights...>', 'the numbers of the blocks, in rising order', height)
    .requiredOption('--out <file>', 'where to write them')
    .addHelpText('after', '\nExample: commonroot light get 20 40 --out headers.json')
    .action(
      frame(async ({ node }, heights: readonly bigint[], { out }: { readonly out: string }) => {
        const blocks = []
        for (const each of heights) blocks.push(renderLightBlock(await node.lightBlock(each)))
        const text = JSON.stringify(blocks)
        await writeWhole(out, text, 'everybody')
        return {
          value: { file: out, bytes: text.length, headers: blocks.length },
          lines: [
            `${shown(out)}: ${bytesText(text.length)}, ${blocks.length} ${blocks.length === 1 ? 'header' : 'headers'}`,
          ],
        }
      }),
    )
}
