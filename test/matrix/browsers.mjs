import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { start } from './process-group.mjs';

// Each function opens a page in one of Debian's browsers, headless and with a fresh profile. Nothing drives the browser: the
// page posts its result to `/result` (scripts/serve.mjs). Each returns:
//   version   as the browser reports it
//   output()  the output of the browser so far, to show after a failure
//   ended     settles when the browser ends by itself
//   close()   ends all processes of the browser and deletes the profile

/**
 * @param url the address to open
 * @param options.extension the folder of an extension to install
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

/** @param url the address to open */
export async function firefox(url) {
  const program = find('firefox-esr', onPath('firefox-esr'));
  return await open(program, (profile) => {
    writeFileSync(join(profile, 'user.js'), firefoxPreferences);
    return ['--headless', '--no-remote', '--width=1280', '--height=900', '--profile', profile, url];
  });
}

/** Turns off network requests, and windows other than the page. */
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

/** WebKitGTK in its MiniBrowser, on a separate display. @param url the address to open */
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
      // on a machine without a locale this would be 'C', which Intl rejects
      LANG: 'en_GB.UTF-8',
      // the sandbox needs namespaces, which root lacks in a container
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
  // chooses a free display and writes its number to file descriptor 3
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

/** The folders that may hold a program. */
function onPath(name) {
  return process.env.PATH.split(delimiter).map((folder) => join(folder, name));
}

/** @returns the first of these programs that exists */
function find(debianPackage, programs) {
  const program = programs.find((path) => existsSync(path));
  if (program) return program;
  throw new Error(
    `${debianPackage} is not installed: run scripts/install-test-tools.sh, ` +
      `or as root: apt-get update && apt-get install --no-install-recommends ${debianPackage}`,
  );
}

/** Starts a browser with a new folder as its profile and home. */
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
  // processes that were just killed may still be writing
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  profiles.delete(profile);
}

/** The profiles in use. The exit of this process deletes them. */
const profiles = new Set();
process.on('exit', () => {
  for (const profile of profiles) remove(profile);
});
