/**
 * Moves the changes under 'Unreleased' to a new section.
 * @param text CHANGELOG.md, in the format of https://keepachangelog.com/en/1.1.0/
 * @param version such as 1.2.0
 * @param date such as 2026-11-28
 * @returns the text with an empty section 'Unreleased'
 * @throws if nothing is under 'Unreleased', or the version has a section
 */
export function releaseChangelog(text, version, date) {
  if (text.includes(`\n## [${version}]`)) throw new Error(`CHANGELOG.md already has a section [${version}]`);
  const heading = '\n## [Unreleased]\n';
  const [before, after] = text.split(heading);
  if (after === undefined) throw new Error("CHANGELOG.md has no section '## [Unreleased]'");
  const [changes] = after.split('\n## ');
  if (!/^- /m.test(changes)) throw new Error("CHANGELOG.md lists no change under '## [Unreleased]'");
  return `${before}${heading}\n## [${version}] - ${date}\n${after}`;
}
