/** Words of programming that belong to no topic of their own: they neither make a topic likely nor speak against it. */

const WORDS = `
  algorithm api app application argument assign attribute backend binary bit block boolean branch browser bug build
  byte cache char character check class cli client code coder coding command comment compile compiler computer config
  console constant copy count create crud css data datetime date debug declare default delete deploy developer dev
  dictionary directory documentation docs editor element email empty endpoint entry environment error exist export
  expression fail failure feature field file float folder format framework frontend function functional github git
  handle handler hash header html http https ide implement implementation import increment indent input insert
  install int integer interface item iterate json key keyword lambda language laptop large length lib library line
  linter linux list local log logic loop mac machine main manage map match math memory merge message method micro
  minimum maximum module multiple mutable name native nested network node null number object open operation operator
  optional option order output package page parameter parse parser pass path pattern performance pointer print
  process production program programmer programming project property protocol push python random read recursion
  recursive reference refactor regex release remove rename replace request resource response rest result return reuse
  reverse root row runtime save scope script search select send sequence server service session shell size small big
  slow sort source split sql stack standard state statement static storage store stream string struct structure style
  syntax system tag task template terminal text time token tool type ubuntu unique unit update upload url user utf
  valid value variable verify version view void warning web website window windows word wrapper write xml yaml zip
  measure several clean properly pass passing best convert
`;

/** As written, not as stems. */
export const COMPUTING_WORDS: readonly string[] = WORDS.trim().split(/\s+/);
