import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { start } from './process-group.mjs';

// Each opens a page in a browser of Debian's, headless and with a fresh profile. Nothing drives it: the page itself tells
// what it found, by a post to `/result` (scripts/serve.mjs). The answer has:
//   version   as the browser tells it
//   output()  what it has written so far, to be shown where something went wrong
//   ended     settles when it ends by itself
//   close()   ends it with all its processes, and deletes the profile

/**
 * @param url what to open
 * @param options.extension the folder of one that is installed
 */
export async function chromium(url, { extension } = {}) {
  const program = find('chromium', onPath('chromium'));
  return await open(program, (profile) => [
    '--headless',
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
    '--window-size=1280,900',
    ...(extension ? [`--load-extension=${extension}`] : []),
    `--user-data-dir=${profile}`,
    url,
  ]);
}

/** @param url what to open */
export async function firefox(url) {
  const program = find('firefox-esr', onPath('firefox-esr'));
  return await open(program, (profile) => {
    writeFileSync(join(profile, 'user.js'), firefoxPreferences);
    return ['--headless', '--no-remote', '--width=1280', '--height=900', '--profile', profile, url];
  });
}

/** It asks nobody for anything, and shows nothing but the page. */
const firefoxPreferences = Object.entries({
  'app.normandy.enabled': false,
  'app.update.auto': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
})
  .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});\n`)
  .join('');

/** WebKitGTK in its MiniBrowser, on a display of its own. @param url what to open */
export async function webkit(url) {
  const program = find(
    'webkit2gtk-driver',
    readdirSync('/usr/lib').map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`),
  );
  const screen = await openScreen();
  try {
    const browser = await open(program, () => ['--geometry=1280x900', url], {
      DISPLAY: screen.display,
      GDK_BACKEND: 'x11',
      // of a machine without one it would say 'C', which Intl refuses
      LANG: 'en_GB.UTF-8',
      // its sandbox needs namespaces, which root in a container does not get
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      JSC_useSharedArrayBuffer: '1',
    });
    return {
      ...browser,
      async close() {
        await browser.close();
        await screen.close();
      },
    };
  } catch (error) {
    await screen.close();
    throw error;
  }
}

async function openScreen() {
  const xvfb = find('xvfb', onPath('Xvfb'));
  // it chooses a display that is free, and writes its number to the file that is its fourth
  const parameters = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
  const screen = start(xvfb, parameters, { moreFiles: ['pipe'] });
  const number = await Promise.race([
    new Promise((resolve) => screen.child.stdio[3].once('data', (data) => resolve(String(data).trim()))),
    screen.ended.then(() => {
      throw new Error(`Xvfb did not start:\n${screen.output()}`);
    }),
  ]);
  return { display: `:${number}`, close: screen.close };
}

/** The places where a program may be. */
function onPath(name) {
  return process.env.PATH.split(delimiter).map((folder) => join(folder, name));
}

/** @returns the first of these programs that is there */
function find(debianPackage, programs) {
  const program = programs.find((path) => existsSync(path));
  if (program) return program;
  throw new Error(
    `${debianPackage} is not installed: run scripts/install-test-tools.sh, ` +
      `or as root: apt-get update && apt-get install --no-install-recommends ${debianPackage}`,
  );
}

/** Starts a browser with a profile, and as home, a folder of its own. */
async function open(program, argumentsFor, environment = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'bp4-browser-'));
  profiles.add(profile);
  try {
    const env = { ...process.env, HOME: profile, ...environment };
    const version = execFileSync(program, ['--version'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const browser = start(program, argumentsFor(profile), { env });
    return {
      version: /\d[\d.]*\d/.exec(version)[0],
      output: browser.output,
      ended: browser.ended,
      async close() {
        await browser.close();
        remove(profile);
      },
    };
  } catch (error) {
    remove(profile);
    throw error;
  }
}

function remove(profile) {
  // processes that have just been killed may still be writing
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  profiles.delete(profile);
}

/** Those in use; none outlives this process. */
const profiles = new Set();
process.on('exit', () => {
  for (const profile of profiles) remove(profile);
});
