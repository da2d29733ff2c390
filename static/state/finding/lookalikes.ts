/** Names of rooms that look like others. Those of users are ASCII. */

/** Scripts whose letters look like those of others of them. */
const ALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Letters of other scripts that cannot be told from Latin ones: a name of these alone looks like a word of Latin. */
const LIKE_LATIN = /^[аеорсухѕіјһԁԛԝѵӏьοανρτικυχϲϳ]+$/iu;

/** Whether the name mixes letters of scripts that look alike, or has only such as look like Latin ones. */
export function looksLikeAnother(name: string): boolean {
  if (/^[\x20-\x7e]*$/.test(name)) return false;
  const letters = [...name].filter((char) => /\p{L}/u.test(char)).join("");
  return ALIKE.filter((script) => script.test(letters)).length > 1 || LIKE_LATIN.test(letters);
}
