import { declarationsOf, identityAsWritten } from "../../source/declaredObjects";
import type { BundleFile } from "../../source/files";
import { qualifierOf } from "../../source/identifiers";
import { actsOnUnnamedObjects } from "../../source/mentions";
import { type StatingStatement, statingStatements } from "../../source/statedFacts";
import { StatementIndex } from "../statements/statedObjects";
import { reaches } from "./reaches";

/** What the texts of repeatables show about their dependencies. */
export interface FileLinks {
  /** Path → paths of the files that create what the file states something about, such as a grant on their view. */
  readonly makers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Returns whether the later of two files may state again, or lose, what the earlier one does when it runs. */
  follows(later: BundleFile, earlier: BundleFile): boolean;
}

const known = new WeakMap<readonly BundleFile[], FileLinks>();

/**
 * Returns the links between repeatables. They come from the texts alone, so they are the same on an empty database: a
 * file that states something about another file's object runs after it, even if it does not name it
 * (`on all tables in schema`).
 */
export function fileLinks(files: readonly BundleFile[]): FileLinks {
  let links = known.get(files);
  if (links === undefined) {
    const makers = makersOfStated(files);
    const facts = new Map<string, StatedByFile>();
    const factsOf = (file: BundleFile) => {
      const found = facts.get(file.path) ?? statedBy(file);
      facts.set(file.path, found);
      return found;
    };
    links = {
      makers,
      follows: (later, earlier) =>
        makers.get(later.path)?.has(earlier.path) === true ||
        actsOnUnnamedObjects(later) ||
        mayCollide(factsOf(later), factsOf(earlier)),
    };
    known.set(files, links);
  }
  return links;
}

function makersOfStated(files: readonly BundleFile[]): Map<string, Set<string>> {
  const result = new Map<string, Set<string>>();
  const edges = new Map(files.map(({ path, dependsOn }) => [path, new Set(dependsOn)]));
  const places = new Map(
    files.flatMap((file) => statingStatements(file).map((statement) => [statement, file.path] as const)),
  );
  const stated = new StatementIndex([...places.keys()]);
  for (const maker of files) {
    for (const object of declarationsOf(maker)) {
      for (const statement of stated.statementsAbout(identityAsWritten(object))) {
        const path = places.get(statement);
        if (path === undefined || path === maker.path || reaches(edges, maker.path, path)) continue;
        edges.get(path)?.add(maker.path);
        result.set(path, (result.get(path) ?? new Set()).add(maker.path));
      }
    }
  }
  return result;
}

interface StatedByFile {
  readonly statements: readonly StatingStatement[];
  readonly isDynamic: boolean;
}

function statedBy(file: BundleFile): StatedByFile {
  const statements = statingStatements(file).filter(({ setsRole }) => !setsRole);
  return { statements, isDynamic: statements.some(({ isDynamic }) => isDynamic) };
}

/** Returns whether both may set the same fact, so that the later one must win. */
function mayCollide(later: StatedByFile, earlier: StatedByFile): boolean {
  if (later.statements.length === 0) return false;
  if (earlier.isDynamic) return true;
  return later.statements.some((one) => earlier.statements.some((other) => setTheSame(one, other)));
}

/** Returns whether two statements may set the same property of the same object. */
export function setTheSame(one: StatingStatement, other: StatingStatement): boolean {
  if (one.setsRole || other.setsRole) return false;
  if (one.isDynamic || other.isDynamic) return true;
  return (
    meet(one.properties, other.properties) &&
    meet(one.grantees, other.grantees) &&
    meet(one.kinds, other.kinds) &&
    areAboutTheSame(one, other)
  );
}

/** Returns whether two sets have a common member; `undefined` matches any. */
function meet(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return [...one].some((item) => other.has(item));
}

function areAboutTheSame(one: StatingStatement, other: StatingStatement): boolean {
  const [names, others] = [objectNames(one), objectNames(other)];
  if (names.size === 0 || others.size === 0) {
    // Without a schema, or in all of one: the object's bare name is among the words of the statement.
    const schemas = (set: ReadonlySet<string>) => [...set].map(qualifierOf);
    const texts = [...other.bareNames, ...schemas(others)];
    const own = new Set([...one.bareNames, ...schemas(names)]);
    return texts.some((text) => own.has(text) && one.grantees?.has(text) !== true);
  }
  return [...names].some((name) =>
    [...others].some(
      (another) => name === another || name.startsWith(`${another}.`) || another.startsWith(`${name}.`),
    ),
  );
}

const namesOf = new WeakMap<StatingStatement, ReadonlySet<string>>();

/** Returns names with a schema, except those of built-in types. */
function objectNames(statement: StatingStatement): ReadonlySet<string> {
  let names = namesOf.get(statement);
  if (names === undefined) {
    names = new Set([...statement.qualifiedNames].filter((name) => !name.startsWith("pg_catalog.")));
    namesOf.set(statement, names);
  }
  return names;
}
