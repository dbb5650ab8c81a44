// Makes constants of the bundle's constants again.
//
// esbuild declares everything at the top level of a module with `var`. V8 then reads each from memory and checks what it
// has read at every use, for it might have been assigned to; what is declared with `const` it puts in place when it
// compiles. On the path of an operation that need not wait this is a tenth of the time. The code is also put into a
// function, so that the bundler of whoever uses the library does not undo it.
//
// No line is added, and columns change only where a list of declarations has both, so source maps stay right.
import ts from 'typescript';

/** The code of a module that imports nothing and ends with one `export { ... }`, with `const` where that is possible. */
export function keepConstants(code) {
  const source = ts.createSourceFile('bundle.js', code, ts.ScriptTarget.Latest, true);
  const last = source.statements.at(-1);
  const header = /^\/\/.*\n/.exec(code)?.[0];
  if (
    header === undefined ||
    !ts.isExportDeclaration(last) ||
    source.statements.some(ts.isImportDeclaration)
  ) {
    throw new Error('the bundle has another form than expected');
  }
  const assigned = assignedNames(source);
  const names = last.exportClause.elements.map(({ name, propertyName }) => [
    name.text,
    (propertyName ?? name).text,
  ]);
  const variable = names.find(([, local]) => assigned.has(local));
  if (variable) throw new Error(`${variable[1]} is exported, so it must not be assigned to`);

  let body = '';
  let done = header.length;
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    body += code.slice(done, statement.getStart()) + declare(statement.declarationList, assigned);
    done = statement.declarationList.end;
  }
  body += code.slice(done, last.getStart());
  const exported = names.map(([name]) => name).join(', ');
  const returned = names.map(([name, local]) => `${name}: ${local}`).join(', ');
  return `const { ${exported} } = (() => {\n${body}return { ${returned} };\n})();\nexport { ${exported} };${code.slice(last.end)}`;
}

/** The list, as one declaration or several. */
function declare({ declarations }, assigned) {
  let text = '';
  let before = '';
  for (const { name, initializer } of declarations) {
    const constant = initializer && !namesIn(name).some((n) => assigned.has(n));
    const keyword = constant ? 'const' : 'var';
    text += keyword === before ? ', ' : `${before && '; '}${keyword} `;
    // Two blanks less make up for `const` being longer than `var`.
    text +=
      name.getText() + (initializer ? (constant && before === '' ? '=' : ' = ') + initializer.getText() : '');
    before = keyword;
  }
  return text;
}

/** Every name that something is assigned to anywhere, whichever variable of that name is meant. */
function assignedNames(source) {
  const found = new Set();
  const visit = (node) => {
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) {
      namesIn(node.left).forEach((name) => found.add(name));
    } else if (
      (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
      isUpdate(node.operator)
    ) {
      namesIn(node.operand).forEach((name) => found.add(name));
    } else if (
      (ts.isForInStatement(node) || ts.isForOfStatement(node)) &&
      !ts.isVariableDeclarationList(node.initializer)
    ) {
      namesIn(node.initializer).forEach((name) => found.add(name));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isAssignment(operator) {
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

function isUpdate(operator) {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}

/** The names in a pattern, or in the target of an assignment; more than these do no harm. */
function namesIn(node) {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return [];
  const names = [];
  ts.forEachChild(node, (child) => void names.push(...namesIn(child)));
  return names;
}
