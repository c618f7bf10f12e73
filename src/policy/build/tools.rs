//! Programs that build other programs, and programs that install packages.

use crate::dockerfile::ShellCommand;

/// What a command does that an image need not be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// Builds a program.
    Compiler,
    /// Installs packages.
    PackageManager,
    /// Executes a script that is not in the file.
    Script,
}

/// Programs that are for building alone.
const COMPILERS: [&str; 32] = [
    "bazel",
    "c++",
    "cabal",
    "cargo",
    "cc",
    "clang",
    "clang++",
    "cmake",
    "configure",
    "g++",
    "gcc",
    "ghc",
    "gradle",
    "gradlew",
    "javac",
    "lein",
    "make",
    "meson",
    "mix",
    "msbuild",
    "mvn",
    "mvnw",
    "ninja",
    "nvcc",
    "rebar3",
    "rustc",
    "sbt",
    "stack",
    "swiftc",
    "tsc",
    "webpack",
    "xbuild",
];

/// Programs that build with one of their subcommands.
const BUILDING: [(&str, &[&str]); 4] = [
    ("dotnet", &["build", "pack", "publish", "restore", "test"]),
    ("go", &["build", "generate", "get", "install", "mod", "run", "test"]),
    ("swift", &["build"]),
    ("zig", &["build", "cc"]),
];

/// Programs that install packages of a distribution.
pub(super) const SYSTEM_MANAGERS: [&str; 16] = [
    "apk", "apt", "apt-get", "aptitude", "dnf", "dpkg", "emerge", "microdnf", "opkg", "pacman", "rpm", "tdnf", "urpmi",
    "yum", "zypper", "snap",
];

/// Programs that install packages of a language.
pub(super) const LANGUAGE_MANAGERS: [&str; 22] = [
    "brew",
    "bun",
    "bundle",
    "bundler",
    "composer",
    "conda",
    "cpan",
    "cpanm",
    "easy_install",
    "gem",
    "luarocks",
    "mamba",
    "micromamba",
    "npm",
    "pip",
    "pip2",
    "pip3",
    "pipenv",
    "pnpm",
    "poetry",
    "uv",
    "yarn",
];

/// Packages that have a compiler.
const COMPILER_PACKAGES: [&str; 22] = [
    "alpine-sdk",
    "autoconf",
    "automake",
    "build-base",
    "build-essential",
    "cargo",
    "clang",
    "cmake",
    "default-jdk",
    "g++",
    "gcc",
    "go",
    "golang",
    "golang-go",
    "gradle",
    "make",
    "maven",
    "musl-dev",
    "ninja-build",
    "rust",
    "rustc",
    "gcc-c++",
];

/// What a command is for, and what shows it.
pub(super) fn tool(command: &ShellCommand) -> Option<(Tool, String)> {
    let program = command.program();
    let shown = || match command.subcommand() {
        "" => program.to_owned(),
        subcommand => format!("{program} {subcommand}"),
    };
    let builds =
        BUILDING.iter().any(|(name, subcommands)| *name == program && subcommands.contains(&command.subcommand()));
    let is_setup = program.starts_with("python") && command.arguments().iter().any(|word| word.ends_with("setup.py"));
    if builds || is_setup || COMPILERS.contains(&program) {
        return Some((Tool::Compiler, shown()));
    }
    if is_package_manager(command) {
        if let Some(package) = installed_compiler(command) {
            return Some((Tool::Compiler, format!("{} {package}", shown())));
        }
        return Some((Tool::PackageManager, shown()));
    }
    let word = command.words.first().map_or("", String::as_str);
    let is_script = word.starts_with("./") || word.ends_with(".sh");
    is_script.then(|| (Tool::Script, word.to_owned()))
}

/// Whether the program of a command installs packages.
pub(super) fn is_package_manager(command: &ShellCommand) -> bool {
    let program = command.program();
    let is_pip =
        program.starts_with("python") && command.arguments().windows(2).any(|pair| pair[0] == "-m" && pair[1] == "pip");
    is_pip || SYSTEM_MANAGERS.contains(&program) || LANGUAGE_MANAGERS.contains(&program)
}

/// A package with a compiler that a command installs.
fn installed_compiler(command: &ShellCommand) -> Option<&str> {
    let installs =
        command.arguments().iter().any(|word| matches!(word.as_str(), "install" | "add" | "-S" | "-Sy" | "-Syu"));
    if !installs || !SYSTEM_MANAGERS.contains(&command.program()) {
        return None;
    }
    // `gcc=12` and `gcc~12` name a version; `openjdk-21-jdk-headless` a variant.
    let name = |word: &'_ str| word.split(['=', '~', '<', '>']).next().unwrap_or_default().to_owned();
    let is_compiler = |word: &&String| {
        let name = name(word);
        COMPILER_PACKAGES.contains(&name.as_str())
            || name.starts_with("openjdk") && name.contains("jdk-headless")
            || name.starts_with("openjdk") && name.ends_with("-jdk")
    };
    command.arguments().iter().find(is_compiler).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::commands;

    #[test]
    fn commands_are_told_by_program_and_subcommand() {
        let cases = [
            ("go build -o /app .", Some((Tool::Compiler, "go build"))),
            ("CGO_ENABLED=0 go build", Some((Tool::Compiler, "go build"))),
            ("go version", None),
            ("make", Some((Tool::Compiler, "make"))),
            ("./gradlew assemble", Some((Tool::Compiler, "gradlew assemble"))),
            ("dotnet publish -c Release", Some((Tool::Compiler, "dotnet publish"))),
            ("dotnet app.dll", None),
            ("python3 setup.py install", Some((Tool::Compiler, "python3 setup.py"))),
            ("apt-get install -y golang curl", Some((Tool::Compiler, "apt-get install golang"))),
            ("apk add --no-cache gcc=12 curl", Some((Tool::Compiler, "apk add gcc=12"))),
            (
                "apt-get install openjdk-21-jdk-headless",
                Some((Tool::Compiler, "apt-get install openjdk-21-jdk-headless")),
            ),
            ("apt-get install -y openjdk-21-jre", Some((Tool::PackageManager, "apt-get install"))),
            ("apk --no-cache add curl", Some((Tool::PackageManager, "apk add"))),
            ("npm ci", Some((Tool::PackageManager, "npm ci"))),
            ("python -m pip install x", Some((Tool::PackageManager, "python pip"))),
            ("./build.sh", Some((Tool::Script, "./build.sh"))),
            ("useradd -u 7 x", None),
            ("echo gcc", None),
        ];
        for (text, expected) in cases {
            let all = commands(text);
            let found = tool(&all[0]);
            let found = found.as_ref().map(|(tool, shown)| (*tool, shown.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
