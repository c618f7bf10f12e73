//! The order of the layers, read from the paths in the source. A layer uses only the layers below it; no two files import
//! each other, however long the way round; a `mod.rs` declares modules and re-exports, and nothing else.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "the test reads the source")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// The layers, from the top. Modules on one line are one layer: they do not use each other.
const LAYERS: &[&[&str]] = &[
    &["cli"],
    &["commands"],
    &["sink"],
    &["kube_bench", "kubesec"],
    &["report"],
    &["snapshot"],
    &["evaluate"],
    &["plan"],
    &["benchmark"],
    &["version"],
    &["policy"],
    &["workload"],
    &["probe"],
    &["expectation"],
    &["node"],
    &["cluster"],
    &["source"],
    &["model"],
    &["dockerfile"],
    &["yaml"],
    &["text"],
];

/// Modules that are not part of the program.
const NOT_LAYERS: &[&str] = &["fuzzing"];

/// A module's path from the crate's root.
type ModulePath = Vec<String>;

/// What one file declares and imports.
struct Module {
    file: PathBuf,
    items: BTreeSet<String>,
    /// Names that are imported or re-exported, each with the path it stands for; `*` for a glob.
    uses: Vec<(String, Vec<String>)>,
    /// Every path that is written in the file.
    paths: BTreeSet<Vec<String>>,
    /// Items that a `mod.rs` must not have.
    other_than_modules: usize,
}

struct Crate(BTreeMap<ModulePath, Module>);

impl Crate {
    fn read() -> Self {
        let mut modules = BTreeMap::new();
        read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut Vec::new(), &mut modules);
        Self(modules)
    }

    /// The module that defines what a path means in a module; `None` for what is not ours.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<&ModulePath> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            name => {
                let child = [from, &[name.to_owned()]].concat();
                if !self.0.contains_key(&child) {
                    return None;
                }
                child
            }
        };
        while let Some((name, behind)) = rest.split_first() {
            if name == "super" {
                module.pop()?;
            } else {
                let child = [module.as_slice(), std::slice::from_ref(name)].concat();
                if !self.0.contains_key(&child) {
                    return self.definition(&module, name, depth);
                }
                module = child;
            }
            rest = behind;
        }
        self.0.get_key_value(&module).map(|(path, _)| path)
    }

    /// The module that defines a name which another one has, perhaps by a re-export.
    fn definition(&self, module: &[String], name: &str, depth: usize) -> Option<&ModulePath> {
        let (path, found) = self.0.get_key_value(module)?;
        if found.items.contains(name) || depth == 0 {
            return Some(path);
        }
        let named = found.uses.iter().filter(|(known, _)| known == name);
        if let Some(origin) = named.filter_map(|(_, path)| self.resolve(module, path, depth - 1)).next() {
            return Some(origin);
        }
        let globs = found.uses.iter().filter(|(known, _)| known == "*");
        let origin = globs.filter_map(|(_, path)| {
            let inner = self.resolve(module, path, depth - 1)?;
            self.definition(inner, name, depth - 1).filter(|origin| self.0[*origin].items.contains(name))
        });
        origin.map(Some).next().unwrap_or(Some(path))
    }

    /// The modules that each module imports from.
    fn imports(&self) -> BTreeMap<&ModulePath, BTreeSet<&ModulePath>> {
        let of = |(path, module): (&ModulePath, &Module)| {
            module
                .paths
                .iter()
                .filter_map(|used| self.resolve(path, used, 8))
                .filter(|origin| *origin != path)
                .collect()
        };
        self.0.iter().filter(|(path, _)| is_program(path)).map(|entry| (entry.0, of(entry))).collect()
    }
}

fn is_program(path: &[String]) -> bool {
    path.first().is_some_and(|name| !NOT_LAYERS.contains(&name.as_str()) && name != "main")
}

fn layer(path: &[String]) -> usize {
    let name = path.first().expect("a module");
    let position = LAYERS.iter().position(|layer| layer.contains(&name.as_str()));
    position.unwrap_or_else(|| panic!("src/{name} has no place in the order of layers"))
}

fn read_folder(folder: &Path, path: &mut ModulePath, modules: &mut BTreeMap<ModulePath, Module>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        if file.is_dir() {
            path.push(file.file_name().expect("a name").to_string_lossy().into_owned());
            read_folder(&file, path, modules);
            path.pop();
        } else if file.extension().is_none_or(|extension| extension != "rs") {
            // A style sheet or a script that a format compiles in.
        } else if name == "mod" || name == "lib" {
            modules.insert(path.clone(), read_file(file));
        } else if name != "tests" {
            modules.insert([path.as_slice(), &[name]].concat(), read_file(file));
        }
    }
}

fn read_file(file: PathBuf) -> Module {
    let text = fs::read_to_string(&file).expect("a source file");
    let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut module =
        Module { file, items: BTreeSet::new(), uses: Vec::new(), paths: BTreeSet::new(), other_than_modules: 0 };
    for item in parsed.items.iter().filter(|item| !is_test(attributes(item))) {
        module.items.extend(item_name(item));
        match item {
            Item::Use(used) => flatten(&used.tree, &mut Vec::new(), &mut module),
            Item::Mod(inner) if inner.content.is_none() => {}
            _ => module.other_than_modules += 1,
        }
        Paths(&mut module.paths).visit_item(item);
    }
    module
}

fn flatten(tree: &UseTree, front: &mut Vec<String>, module: &mut Module) {
    match tree {
        UseTree::Path(path) => {
            front.push(path.ident.to_string());
            flatten(&path.tree, front, module);
            front.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, front, module)),
        UseTree::Glob(_) => add_use("*", front.clone(), module),
        UseTree::Name(name) if name.ident == "self" => {
            let last = front.last().cloned().unwrap_or_default();
            add_use(&last, front.clone(), module);
        }
        UseTree::Name(name) => {
            add_use(&name.ident.to_string(), [front.as_slice(), &[name.ident.to_string()]].concat(), module);
        }
        UseTree::Rename(name) => {
            add_use(&name.rename.to_string(), [front.as_slice(), &[name.ident.to_string()]].concat(), module);
        }
    }
}

fn add_use(name: &str, path: Vec<String>, module: &mut Module) {
    module.paths.insert(path.clone());
    module.uses.push((name.to_owned(), path));
}

/// Paths in the code itself, such as `crate::text::quote(…)`.
struct Paths<'a>(&'a mut BTreeSet<Vec<String>>);

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    // `pub(in crate::probe)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if matches!(segments[0].as_str(), "crate" | "super" | "self") && segments.len() > 1 {
            self.0.insert(segments);
        }
        visit::visit_path(self, path);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Meta>().is_ok_and(|meta| match meta {
                syn::Meta::Path(path) => path.is_ident("test"),
                syn::Meta::List(list) => {
                    list.tokens.to_string().split(|c: char| !c.is_alphanumeric()).any(|w| w == "test")
                }
                syn::Meta::NameValue(_) => false,
            })
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn item_name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(i) => i.ident.to_string(),
        Item::Enum(i) => i.ident.to_string(),
        Item::Fn(i) => i.sig.ident.to_string(),
        Item::Static(i) => i.ident.to_string(),
        Item::Struct(i) => i.ident.to_string(),
        Item::Trait(i) => i.ident.to_string(),
        Item::Type(i) => i.ident.to_string(),
        _ => return None,
    })
}

#[test]
fn imports_point_downwards() {
    let source = Crate::read();
    let mut upwards = Vec::new();
    for (path, origins) in source.imports() {
        for origin in origins {
            if origin.is_empty() || path[0] == origin[0] {
                continue;
            }
            if NOT_LAYERS.contains(&origin[0].as_str()) || layer(origin) <= layer(path) {
                upwards.push(format!("{} uses {}", path.join("::"), origin.join("::")));
            }
        }
    }
    assert!(upwards.is_empty(), "imports that point upwards:\n{}", upwards.join("\n"));
}

#[test]
fn no_files_import_each_other() {
    let source = Crate::read();
    let imports = source.imports();
    let mut reach: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> = imports.clone();
    loop {
        let wider: BTreeMap<_, BTreeSet<_>> = reach
            .iter()
            .map(|(path, direct)| {
                let further = direct.iter().flat_map(|origin| reach.get(*origin).into_iter().flatten()).copied();
                (*path, direct.iter().copied().chain(further).collect())
            })
            .collect();
        if wider == reach {
            break;
        }
        reach = wider;
    }
    let cyclic: Vec<String> =
        reach.iter().filter(|(path, all)| all.contains(*path)).map(|(path, _)| path.join("::")).collect();
    assert!(cyclic.is_empty(), "files on a cycle of imports: {}", cyclic.join(", "));
}

#[test]
fn module_roots_hold_modules_and_re_exports_only() {
    let source = Crate::read();
    let full: Vec<String> = source
        .0
        .values()
        .filter(|module| module.file.ends_with("mod.rs") && module.other_than_modules > 0)
        .map(|module| format!("{}: {} other items", module.file.display(), module.other_than_modules))
        .collect();
    assert!(full.is_empty(), "{}", full.join("\n"));
}

#[test]
fn every_module_has_its_layer() {
    let source = Crate::read();
    for path in source.0.keys().filter(|path| is_program(path)) {
        layer(path);
    }
    let named: BTreeSet<&str> = LAYERS.iter().flat_map(|layer| layer.iter().copied()).collect();
    let there: BTreeSet<&str> = source.0.keys().filter_map(|path| path.first().map(String::as_str)).collect();
    assert!(named.is_subset(&there), "layers without a module: {:?}", named.difference(&there).collect::<Vec<_>>());
}
