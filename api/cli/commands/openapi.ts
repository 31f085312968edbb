import type { Command } from 'commander'
import type { Frame } from '../frame.ts'

export function openapi(parent: Command, frame: Frame): void {
  parent
    .command('openapi')
    .description("Print the OpenAPI document of the node's HTTP API.")
    .addHelpText('after', '\nExample: commonroot openapi > openapi.json')
    .action(
      frame(async ({ node }) => {
        const document = await node.openapi()
        return { value: document, lines: [JSON.stringify(document, null, 2)] }
      }),
    )
}
